/* SPDX-License-Identifier: Apache-2.0 */
/* Three models, one after the other, in one workspace: the second has its input and output inside it, for the third it is one of two
 * workspaces. */
#include <string.h>
#include "inside.h"
#include "my_model.h"
#include "pictures.h"
#include "two.h"

TVM_STATIC_ASSERT(TVM_SHARED_WORKSPACE_BYTES(3) == 3, one);
TVM_STATIC_ASSERT(TVM_SHARED_WORKSPACE_BYTES(3, 9, 4) == 9, three);
TVM_STATIC_ASSERT(TVM_SHARED_WORKSPACE_BYTES(1, 2, 3, 4, 5, 6, 7, 8) == 8, eight);
TVM_STATIC_ASSERT(TVM_SHARED_WORKSPACE_BYTES(1, TVM_SHARED_WORKSPACE_BYTES(2, 70000, 8), 3) == 70000, nested);

static uint8_t
    g_workspace[TVM_SHARED_WORKSPACE_BYTES(TVM_MY_MODEL_WORKSPACE_BYTES, TVM_INSIDE_WORKSPACE_BYTES, TVM_TWO_WORKSPACE_SLOW_BYTES)];
static uint8_t g_fast[TVM_TWO_WORKSPACE_FAST_BYTES];
static const TVMWorkspaces_two g_two_workspaces = TVM_TWO_WORKSPACES(g_fast, g_workspace);
static const TVMContext g_context = TVM_MY_MODEL_CONTEXT(g_workspace);
static const TVMContext g_inside_context = TVM_INSIDE_CONTEXT(g_workspace);
static const TVMContext g_two_context = TVM_TWO_CONTEXT(g_two_workspaces);

/* One call for all three; and the second workspace of the third model inside that of the others is refused. */
static int the_set_is_checked(void) {
  static const TVMWorkspaces_two both_in_one = TVM_TWO_WORKSPACES(g_workspace, g_workspace);
  static const TVMContext wrong = TVM_TWO_CONTEXT(both_in_one);
  const TVMInstance good[] = { { &my_model, &g_context }, { &inside, &g_inside_context }, { &two, &g_two_context } };
  const TVMInstance bad[] = { { &my_model, &g_context }, { &two, &wrong } };
  TVMContextProblem problem;
  if (TVMCheckContexts(good, 3, &problem) != TVM_STATUS_OK || problem.index != 3) {
    return 0;
  }
  return TVMCheckContexts(bad, 2, &problem) == TVM_STATUS_OVERLAP && problem.index == 1 && problem.other == 1 &&
         problem.pool == &two.workspaces[1] && problem.other_pool == &two.workspaces[0];
}

int main(void) {
  static tvm_my_model_output_t output;
  static tvm_two_output_t two_output;
  TVMOutputs_my_model outputs = TVM_MY_MODEL_OUTPUTS(&output);
  TVMOutputs_two two_outputs = TVM_TWO_OUTPUTS(&two_output);
  TVMInputs_inside inside_inputs;
  TVMOutputs_inside inside_outputs;
  int at;
  if (TVMCheckContext(&my_model, &g_context) != TVM_STATUS_OK || TVMCheckContext(&inside, &g_inside_context) != TVM_STATUS_OK ||
      TVMCheckContext(&two, &g_two_context) != TVM_STATUS_OK || TVMCheckContext(&inside, NULL) != TVM_STATUS_NULL_CONTEXT) {
    return 5;
  }
  if (!the_set_is_checked()) {
    return 7;
  }
  if (TVMMapInputs_inside(&g_inside_context, &inside_inputs) != TVM_STATUS_OK ||
      TVMMapOutputs_inside(&g_inside_context, &inside_outputs) != TVM_STATUS_OK) {
    return 1;
  }
  for (at = 0; at < PICTURES; at++) {
    TVMInputs_my_model inputs = { pictures[at] };
    TVMInputs_two two_inputs = { pictures[at] };
    if (TVMExecute(&my_model, &inputs, &outputs, &g_context) != TVM_STATUS_OK) {
      return 2;
    }
    memcpy(inside_inputs.image, pictures[at], TVM_INSIDE_INPUT_IMAGE_BYTES);
    if (TVMExecute(&inside, &inside_inputs, &inside_outputs, &g_inside_context) != TVM_STATUS_OK) {
      return 3;
    }
    if (memcmp(inside_outputs.probabilities, output.probabilities, sizeof(output.probabilities)) != 0) {
      return 4;
    }
    if (TVMExecute(&two, &two_inputs, &two_outputs, &g_two_context) != TVM_STATUS_OK ||
        memcmp(two_output.probabilities, output.probabilities, sizeof(output.probabilities)) != 0) {
      return 6;
    }
  }
  return digit(output.probabilities) != labels[PICTURES - 1];
}
