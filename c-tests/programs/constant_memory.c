/* SPDX-License-Identifier: Apache-2.0 */
/* Context, pointers and descriptor are constants, which a linker puts into flash: no wild write can change them. A test
 * checks where they are (constant_memory.sections). */
#include <string.h>
#include "my_model.h"
#include "pictures.h"

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];
static tvm_my_model_input_t g_input;
static tvm_my_model_output_t g_output;

extern const TVMContext g_context;
extern const TVMInputs_my_model g_inputs;
extern const TVMOutputs_my_model g_outputs;
const TVMContext g_context = TVM_MY_MODEL_CONTEXT(g_workspace);
const TVMInputs_my_model g_inputs = TVM_MY_MODEL_INPUTS(&g_input);
const TVMOutputs_my_model g_outputs = TVM_MY_MODEL_OUTPUTS(&g_output);

int main(void) {
  int wrong = 0;
  int at;
  for (at = 0; at < PICTURES; at++) {
    memcpy(g_input.image, pictures[at], sizeof(g_input.image));
    if (TVMExecute(&my_model, &g_inputs, &g_outputs, &g_context) != TVM_STATUS_OK) {
      return 100;
    }
    wrong += digit(g_output.probabilities) != labels[at];
  }
  return wrong > 1 ? wrong : 0;
}
