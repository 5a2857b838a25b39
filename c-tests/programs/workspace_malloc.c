/* SPDX-License-Identifier: Apache-2.0 */
/* The workspace is allocated on the heap; its size is read at run time. */
#include <stdlib.h>
#include "my_model.h"
#include "pictures.h"

int main(void) {
  TVMContext context;
  int8_t probabilities[TVM_MY_MODEL_OUTPUT_PROBABILITIES_ELEMENTS] = { 0 };
  TVMInputs_my_model inputs = { pictures[1] };
  TVMOutputs_my_model outputs = { probabilities };

  TVMSetWorkspaces(&context, malloc(TVMGetWorkspaceSize(&my_model, 0)));
  TVMExecute(&my_model, &inputs, &outputs, &context);
  free((void *)(uintptr_t)context.workspaces.memory);
  return digit(probabilities) != labels[1];
}
