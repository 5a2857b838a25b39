/* SPDX-License-Identifier: Apache-2.0 */
/* A model whose interface was generated from TVM's header and a static library gives the bytes of the same model from an archive, through
 * both calls, and its arguments are checked. */
#include "check.h"
#include "adopted.h"
#include "my_model.h"
#include "pictures.h"

enum { BYTES = TVM_ADOPTED_OUTPUT_PROBABILITIES_BYTES };

TVM_STATIC_ASSERT(TVM_ADOPTED_INPUT_IMAGE_BYTES == TVM_MY_MODEL_INPUT_IMAGE_BYTES, the_inputs_are_alike);
TVM_STATIC_ASSERT(TVM_ADOPTED_OUTPUT_PROBABILITIES_BYTES == TVM_MY_MODEL_OUTPUT_PROBABILITIES_BYTES, the_outputs_are_alike);

/* The models run one after the other. */
static uint8_t g_workspace[TVM_SHARED_WORKSPACE_BYTES(TVM_MY_MODEL_WORKSPACE_BYTES, TVM_ADOPTED_WORKSPACE_BYTES)];
static const TVMContext g_context = TVM_ADOPTED_CONTEXT(g_workspace);
static const TVMContext g_other = TVM_MY_MODEL_CONTEXT(g_workspace);

int main(void) {
  static int8_t expected[BYTES], found[BYTES];
  static uint8_t too_small[16];
  TVMInputs_my_model other_inputs;
  TVMOutputs_my_model other_outputs;
  TVMInputs_adopted inputs;
  TVMOutputs_adopted outputs;
  TVMContext context;
  int right = 0;
  int at;
  CHECK_STATUS(TVMCheckContext(&adopted, &g_context), TVM_STATUS_OK);
  other_outputs.probabilities = expected;
  outputs.probabilities = found;
  for (at = 0; at < PICTURES; at++) {
    other_inputs.image = pictures[at];
    inputs.image = pictures[at];
    CHECK_STATUS(TVMExecute(&my_model, &other_inputs, &other_outputs, &g_other), TVM_STATUS_OK);
    memset(found, 0x55, BYTES);
    CHECK_STATUS(TVMExecute(&adopted, &inputs, &outputs, &g_context), TVM_STATUS_OK);
    CHECK(memcmp(found, expected, BYTES) == 0);
    memset(found, 0x55, BYTES);
    CHECK_STATUS(TVMExecute_adopted(&inputs, &outputs, &g_context), TVM_STATUS_OK);
    CHECK(memcmp(found, expected, BYTES) == 0);
    right += digit(found) == labels[at];
  }
  CHECK(right == PICTURES);
  inputs.image = NULL;
  CHECK_STATUS(TVMExecute(&adopted, &inputs, &outputs, &g_context), TVM_STATUS_NULL_TENSOR);
  inputs.image = pictures[0];
  CHECK_STATUS(TVMSetWorkspaces(&context, too_small), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&adopted, &inputs, &outputs, &context), TVM_STATUS_WORKSPACE_TOO_SMALL);
  return check_end();
}
