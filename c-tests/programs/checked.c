/* SPDX-License-Identifier: Apache-2.0 */
/* Every status is checked and printed as text. The first call fails: the workspace was not set. */
#include <stdio.h>
#include <string.h>
#include "my_model.h"
#include "pictures.h"

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];

static int32_t run(const TVMContext *context, int8_t *probabilities) {
  TVMInputs_my_model inputs = { pictures[2] };
  TVMOutputs_my_model outputs = { probabilities };
  int32_t status = TVMExecute(&my_model, &inputs, &outputs, context);
  printf("TVMExecute: %s\n", TVMStatusString(status));
  return status;
}

int main(void) {
  int8_t probabilities[TVM_MY_MODEL_OUTPUT_PROBABILITIES_ELEMENTS];
  TVMContext context;
  int32_t status;
  memset(&context, 0, sizeof(context));
  if (run(&context, probabilities) != TVM_STATUS_WORKSPACES_NOT_SET) {
    return 1;
  }
  status = TVMSetWorkspaces(&context, g_workspace);
  printf("TVMSetWorkspaces: %s\n", TVMStatusString(status));
  if (status != TVM_STATUS_OK || run(&context, probabilities) != TVM_STATUS_OK) {
    return 2;
  }
  printf("digit %d\n", digit(probabilities));
  return digit(probabilities) != labels[2];
}
