/* Two archives whose modules have the same name, under two symbols. */
#include "left.h"
#include "right.h"

static uint8_t g_workspace[TVM_RIGHT_WORKSPACE_BYTES];
static const TVMContext g_context = TVM_RIGHT_CONTEXT(g_workspace);

int main(void) {
  tvm_left_input_t in = { { 1, 2, 3, 4 } };
  tvm_left_output_t out;
  const TVMInputs_left left_inputs = TVM_LEFT_INPUTS(&in);
  const TVMOutputs_left left_outputs = TVM_LEFT_OUTPUTS(&out);
  const TVMInputs_right right_inputs = TVM_RIGHT_INPUTS(&in);
  const TVMOutputs_right right_outputs = TVM_RIGHT_OUTPUTS(&out);
  if (TVMExecute_left(&left_inputs, &left_outputs, NULL) != 0 || out.y[0] != 2) {
    return 1;
  }
  out.y[0] = 0;
  return TVMExecute(&right, &right_inputs, &right_outputs, &g_context) != 0 || out.y[0] != 2;
}
