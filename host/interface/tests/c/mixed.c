/* Three real models of three modes in one program, run alternately: packed with its own memory, with pools of the user,
 * and with memory allocated at run time; the last two share a workspace. */
#include <string.h>

#include "duo.h"
#include "hello_nousmp.h"
#include "hello_pk.h"

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
static uint8_t g_workspace[LARGER(TVM_DUO_WORKSPACE_BYTES, TVM_HELLO_NOUSMP_WORKSPACE_BYTES)];

int main(void) {
  static tvm_duo_input_t duo_in;
  static tvm_duo_output_t duo_out, duo_first;
  tvm_hello_pk_input_t in;
  tvm_hello_pk_output_t out;
  const TVMInputs_duo duo_inputs = TVM_DUO_INPUTS(&duo_in);
  const TVMOutputs_duo duo_outputs = TVM_DUO_OUTPUTS(&duo_out);
  const TVMInputs_hello_pk packed_inputs = TVM_HELLO_PK_INPUTS(&in);
  const TVMOutputs_hello_pk packed_outputs = TVM_HELLO_PK_OUTPUTS(&out);
  TVMContext context;
  int value;
  TVMSetWorkspaces(&context, g_workspace);
  memset(&duo_in, 3, sizeof duo_in);
  if (TVMExecute(&duo, &duo_inputs, &duo_outputs, &context) != 0) {
    return 1;
  }
  duo_first = duo_out;
  for (value = -128; value < 128; value += 5) {
    /* The same model in two modes: the same result. */
    int8_t input = (int8_t)value, result = 0;
    TVMInputs_hello_nousmp inputs;
    TVMOutputs_hello_nousmp outputs;
    inputs.serving_default_dense_input_0 = &input;
    outputs.StatefulPartitionedCall_0 = &result;
    in.serving_default_dense_input_0[0] = input;
    memset(&duo_out, 0, sizeof duo_out);
    if (TVMExecute(&hello_nousmp, &inputs, &outputs, &context) != 0 ||
        TVMExecute(&duo, &duo_inputs, &duo_outputs, &context) != 0 ||
        TVMExecute(&hello_pk, &packed_inputs, &packed_outputs, NULL) != 0) {
      return 2;
    }
    if (out.StatefulPartitionedCall_0[0] != result || memcmp(&duo_out, &duo_first, sizeof duo_out) != 0) {
      return 3;
    }
  }
  return 0;
}
