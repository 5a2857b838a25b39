/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program: a plain byte array is the workspace. */
#include "my_model.h"
#include "pictures.h"

uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];

int main(void) {
  TVMContext context;
  TVMSetWorkspaces(&context, g_workspace);

  static tvm_my_model_output_t output;
  TVMInputs_my_model inputs = { pictures[0] };
  TVMOutputs_my_model outputs = TVM_MY_MODEL_OUTPUTS(&output);
  TVMExecute(&my_model, &inputs, &outputs, &context);
  return digit(output.probabilities) != labels[0];
}
