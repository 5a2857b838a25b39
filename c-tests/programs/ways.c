/* SPDX-License-Identifier: Apache-2.0 */
/* The struct that holds the tensors, the struct of pointers, the generic call, the typed one: all give the same bytes. */
#include <stdio.h>
#include <string.h>
#include "my_model.h"
#include "pictures.h"

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];
static const TVMContext g_context = TVM_MY_MODEL_CONTEXT(g_workspace);

int main(void) {
  static tvm_my_model_input_t input;
  static tvm_my_model_output_t first, second;
  static int8_t third[1 + TVM_MY_MODEL_OUTPUT_PROBABILITIES_BYTES];
  int at;
  for (at = 0; at < PICTURES; at++) {
    TVMInputs_my_model held = TVM_MY_MODEL_INPUTS(&input);
    TVMInputs_my_model in_flash = { pictures[at] };
    TVMOutputs_my_model outputs = TVM_MY_MODEL_OUTPUTS(&first);
    const void *generic_inputs[1];
    void *generic_outputs[1];
    memcpy(input.image, pictures[at], sizeof(input.image));

    if (TVMExecute(&my_model, &held, &outputs, &g_context) != TVM_STATUS_OK) {
      return 1;
    }
    outputs.probabilities = second.probabilities;
    if (TVMExecute_my_model(&in_flash, &outputs, &g_context) != TVM_STATUS_OK) {
      return 2;
    }
    generic_inputs[0] = pictures[at];
    generic_outputs[0] = third + 1;
    if (TVMExecute(&my_model, generic_inputs, generic_outputs, &g_context) != TVM_STATUS_OK) {
      return 3;
    }
    if (memcmp(&first, &second, sizeof(first)) != 0 || memcmp(&first, third + 1, sizeof(first)) != 0) {
      printf("picture %d: the results differ\n", at);
      return 4;
    }
  }
  if (TVMExecute_my_model(NULL, NULL, NULL) >= 0) {
    return 5;
  }
  return digit(first.probabilities) != labels[PICTURES - 1];
}
