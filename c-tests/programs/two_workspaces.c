/* SPDX-License-Identifier: Apache-2.0 */
/* A model with two workspaces: the generated struct, an array of pointers, one by one by name, and as constants. */
#include <string.h>
#include "two.h"
#include "pictures.h"

static uint8_t g_fast[TVM_TWO_WORKSPACE_FAST_BYTES];
static uint8_t g_slow[TVM_TWO_WORKSPACE_SLOW_BYTES];
static const TVMWorkspaces_two g_workspaces = TVM_TWO_WORKSPACES(g_fast, g_slow);
static const TVMContext g_context = TVM_TWO_CONTEXT(g_workspaces);

static int right(const TVMContext *context, int at) {
  static tvm_two_output_t output;
  TVMInputs_two inputs = { pictures[at] };
  TVMOutputs_two outputs = TVM_TWO_OUTPUTS(&output);
  memset(&output, 0, sizeof(output));
  return TVMExecute(&two, &inputs, &outputs, context) == TVM_STATUS_OK && digit(output.probabilities) == labels[at];
}

int main(void) {
  TVMContext context;
  TVMWorkspaces_two workspaces;
  workspaces.fast = g_fast;
  workspaces.slow = g_slow;
  TVMSetWorkspaces(&context, &workspaces);
  if (!right(&context, 0)) {
    return 1;
  }

  void *pools[2] = { g_fast, g_slow };
  TVMSetWorkspaces(&context, pools);
  if (!right(&context, 1)) {
    return 2;
  }

  memset(&workspaces, 0, sizeof(workspaces));
  TVMSetWorkspaces(&context, &workspaces);
  if (TVMSetWorkspace(&two, &workspaces, (size_t)TVMFindWorkspace(&two, "slow"), g_slow, sizeof(g_slow)) != TVM_STATUS_OK ||
      TVMSetWorkspace(&two, &workspaces, TVM_TWO_WORKSPACE_FAST_INDEX, g_fast, sizeof(g_fast)) != TVM_STATUS_OK ||
      TVMSetWorkspace(&two, &workspaces, TVM_TWO_WORKSPACE_FAST_INDEX, g_fast, 100) != TVM_STATUS_WORKSPACE_TOO_SMALL) {
    return 3;
  }
  return right(&context, 0) && right(&g_context, 1) ? 0 : 4;
}
