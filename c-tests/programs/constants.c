/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled model with its constants in two pools gives the bytes of the same model without pools: whole, in parts, with one pool in
 * other memory, and with an update; other constants give other bytes. */
#include "check.h"
#include "my_model.h"
#include "pictures.h"
#include "pooled_update.h"
/* An update with the character 0 throughout the second pool, as an array. */
#include "pooled_zeros.h"

enum { BYTES = TVM_POOLED_OUTPUT_PROBABILITIES_BYTES, SECOND = TVM_POOLED_PARAMETER_QSPI_BYTES };

static uint8_t g_workspace[TVM_POOLED_WORKSPACE_BYTES + TVM_MY_MODEL_WORKSPACE_BYTES];
/* Room for an update at an aligned address. */
static uint8_t g_slot[TVM_POOLED_UPDATE_BYTES + TVM_POOLED_UPDATE_ALIGNMENT];
static TVMContext g_context;
static int8_t g_expected[BYTES];
static int8_t g_found[BYTES];

static uint8_t *aligned(void) {
  const uintptr_t rest = (uintptr_t)g_slot % TVM_POOLED_UPDATE_ALIGNMENT;
  return &g_slot[rest == 0u ? 0u : TVM_POOLED_UPDATE_ALIGNMENT - rest];
}

/* Runs the model without pools. */
static void expect(const int8_t *picture) {
  TVMInputs_my_model inputs;
  TVMOutputs_my_model outputs;
  TVMContext context = TVM_MY_MODEL_CONTEXT(g_workspace);
  inputs.image = picture;
  outputs.probabilities = g_expected;
  CHECK_STATUS(TVMExecute(&my_model, &inputs, &outputs, &context), TVM_STATUS_OK);
}

/* Whether the model with pools gives the same, and the same in parts. */
static int is_same(const int8_t *picture) {
  TVMInputs_pooled inputs;
  TVMOutputs_pooled outputs;
  TVMRun run;
  int32_t status;
  int same;
  inputs.image = picture;
  outputs.probabilities = g_found;
  CHECK_STATUS(TVMExecute(&pooled, &inputs, &outputs, &g_context), TVM_STATUS_OK);
  same = memcmp(g_found, g_expected, BYTES) == 0;
  memset(g_found, 0x55, BYTES);
  CHECK_STATUS(TVMBegin_pooled(&run, &inputs, &outputs, &g_context, NULL), TVM_STATUS_OK);
  do {
    status = TVMStep_pooled(&run, 1);
  } while (status == TVM_STATUS_UNFINISHED);
  CHECK_STATUS(status, TVM_STATUS_OK);
  CHECK((memcmp(g_found, g_expected, BYTES) == 0) == same);
  return same;
}

static int all_same(void) {
  int same = 0;
  int i;
  for (i = 0; i < PICTURES; i++) {
    expect(pictures[i]);
    same += is_same(pictures[i]);
  }
  return same;
}

int main(void) {
  TVMParameters_pooled parameters;
  const void *own[2];
  uint8_t *memory = aligned();
  CHECK(TVM_POOLED_PARAMETER_COUNT == 2);
  CHECK_STATUS(TVMSetWorkspaces(&g_context, g_workspace), TVM_STATUS_OK);
  CHECK(all_same() == PICTURES);
  /* The constants in the image, one of them replaced by a copy, then by zeros. */
  CHECK_STATUS(TVMGetParameter(&pooled, NULL, TVM_POOLED_PARAMETER_FAST_INDEX, &own[0]), TVM_STATUS_OK);
  CHECK_STATUS(TVMGetParameter(&pooled, NULL, TVM_POOLED_PARAMETER_QSPI_INDEX, &own[1]), TVM_STATUS_OK);
  parameters.fast = own[0];
  parameters.qspi = memory;
  memcpy(memory, own[1], SECOND);
  CHECK_STATUS(TVMSetParameters(&g_context, &parameters), TVM_STATUS_OK);
  CHECK(all_same() == PICTURES);
  memset(memory, 0, SECOND);
  CHECK(all_same() == 0);
  parameters.qspi = own[1];
  CHECK(all_same() == PICTURES);
  /* An update. */
  memcpy(memory, pooled_zeros, sizeof(pooled_zeros));
  CHECK_STATUS(TVMReadUpdate_pooled(memory, sizeof(pooled_zeros), &parameters), TVM_STATUS_OK);
  CHECK(memcmp(parameters.fast, own[0], TVM_POOLED_PARAMETER_FAST_BYTES) == 0);
  CHECK(all_same() == 0);
  memory[sizeof(pooled_zeros) - 1u] = 1;
  CHECK_STATUS(TVMReadUpdate_pooled(memory, sizeof(pooled_zeros), &parameters), TVM_STATUS_UPDATE_CORRUPT);
  return check_end();
}
