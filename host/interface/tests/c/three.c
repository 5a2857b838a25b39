/* Three models of three modes with the same operator symbol, interleaved; two share one workspace. */
#include "one.h"
#include "three.h"
#include "two.h"

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
static uint8_t g_shared[LARGER(TVM_TWO_WORKSPACE_BYTES, TVM_THREE_WORKSPACE_BYTES)];
static uint8_t g_one[TVM_ONE_WORKSPACE_BYTES];

int main(void) {
  tvm_one_input_t in1 = { { 1, 2, 3, 4 } };
  tvm_two_input_t in2 = { { 11, 12, 13, 14 } };
  tvm_three_input_t in3 = { { 21, 22, 23, 24 } };
  tvm_one_output_t out1;
  tvm_two_output_t out2;
  tvm_three_output_t out3;
  const TVMInputs_one inputs1 = TVM_ONE_INPUTS(&in1);
  const TVMInputs_two inputs2 = TVM_TWO_INPUTS(&in2);
  const TVMInputs_three inputs3 = TVM_THREE_INPUTS(&in3);
  const TVMOutputs_one outputs1 = TVM_ONE_OUTPUTS(&out1);
  const TVMOutputs_two outputs2 = TVM_TWO_OUTPUTS(&out2);
  const TVMOutputs_three outputs3 = TVM_THREE_OUTPUTS(&out3);
  TVMContext context;
  int i;
  TVMSetWorkspaces(&context, g_shared);
  for (i = 0; i < 3; i++) {
    if (TVMExecute(&one, &inputs1, &outputs1, NULL) != 0 || out1.y[3] != 5) {
      return 1;
    }
    if (TVMExecute(&two, &inputs2, &outputs2, &context) != 0 || out2.y[3] != 15) {
      return 2;
    }
    if (TVMExecute_three(&inputs3, &outputs3, &context) != 0 || out3.y[3] != 25) {
      return 3;
    }
  }
  return sizeof g_one == 1 ? 0 : 4;
}
