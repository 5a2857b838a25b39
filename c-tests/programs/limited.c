/* SPDX-License-Identifier: Apache-2.0 */
/* A model with a limit of RAM, computed in bands, and with its constants in two pools: every byte is that of the model without either,
 * whole, with hooks that abort it anywhere, in parts that end after each layer, and with a pool in other memory. */
#include "check.h"
#include "limited.h"
#include "my_model.h"
#include "pictures.h"

enum { BYTES = TVM_LIMITED_OUTPUT_PROBABILITIES_BYTES, FIRST = TVM_LIMITED_PARAMETER_FAST_BYTES, LAYERS = TVM_LIMITED_LAYER_COUNT };

TVM_STATIC_ASSERT(TVM_LIMITED_WORKSPACE_BYTES < TVM_MY_MODEL_WORKSPACE_BYTES, the_limit_changes_the_plan);

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];
/* Room for the first pool at an aligned address. */
static uint8_t g_copy[FIRST + TVM_LIMITED_PARAMETER_FAST_ALIGNMENT];
static TVMContext g_context;
static int8_t g_expected[PICTURES][BYTES];
static int8_t g_found[BYTES];
static TVMInputs_limited g_inputs;
static TVMOutputs_limited g_outputs;

/* Runs the model without pools and without a limit. */
static void expect(void) {
  TVMContext context = TVM_MY_MODEL_CONTEXT(g_workspace);
  int i;
  for (i = 0; i < PICTURES; i++) {
    TVMInputs_my_model inputs;
    TVMOutputs_my_model outputs;
    inputs.image = pictures[i];
    outputs.probabilities = g_expected[i];
    CHECK_STATUS(TVMExecute(&my_model, &inputs, &outputs, &context), TVM_STATUS_OK);
  }
}

/* Whether the output is that of a picture; it is then cleared. */
static int is_output_of(int picture) {
  const int same = memcmp(g_found, g_expected[picture], BYTES) == 0;
  memset(g_found, 0x55, BYTES);
  return same;
}

/* In how many pictures a whole run gives the expected bytes. */
static int same(void) {
  int count = 0;
  int i;
  for (i = 0; i < PICTURES; i++) {
    g_inputs.image = pictures[i];
    CHECK_STATUS(TVMExecute(&limited, &g_inputs, &g_outputs, &g_context), TVM_STATUS_OK);
    count += is_output_of(i);
  }
  return count;
}

/* Aborts at the layer that the user's pointer names. */
static int32_t abort_at(void *user, const TVMLayer *layer) {
  return layer->index == *TVM_FROM_VOID(uint32_t *, user);
}

static void hooks(void) {
  uint32_t last;
  TVMLayerHooks hooks;
  hooks.before = NULL;
  hooks.after = abort_at;
  hooks.user = &last;
  g_inputs.image = pictures[1];
  for (last = 0; last <= LAYERS; last++) {
    const int32_t expected = last < LAYERS ? TVM_STATUS_ABORTED : TVM_STATUS_OK;
    CHECK_STATUS(TVMExecuteLayers_limited(&g_inputs, &g_outputs, &g_context, &hooks), expected);
  }
  CHECK(is_output_of(1));
}

/* Runs in two parts, divided after each layer. */
static void parts(void) {
  uint32_t first;
  for (first = 1; first <= LAYERS; first++) {
    TVMRun run;
    const int picture = (int)(first % PICTURES);
    g_inputs.image = pictures[picture];
    CHECK_STATUS(TVMBegin_limited(&run, &g_inputs, &g_outputs, &g_context, NULL), TVM_STATUS_OK);
    CHECK_STATUS(TVMStep_limited(&run, first), first < LAYERS ? TVM_STATUS_UNFINISHED : TVM_STATUS_OK);
    if (first < LAYERS) {
      CHECK_STATUS(TVMStep_limited(&run, LAYERS), TVM_STATUS_OK);
    }
    CHECK(is_output_of(picture));
  }
}

int main(void) {
  TVMParameters_limited parameters;
  const void *own[2];
  const uintptr_t rest = (uintptr_t)g_copy % TVM_LIMITED_PARAMETER_FAST_ALIGNMENT;
  uint8_t *copy = &g_copy[rest == 0u ? 0u : TVM_LIMITED_PARAMETER_FAST_ALIGNMENT - rest];
  g_outputs.probabilities = g_found;
  CHECK(TVM_LIMITED_PARAMETER_COUNT == 2);
  expect();
  CHECK_STATUS(TVMSetWorkspaces(&g_context, g_workspace), TVM_STATUS_OK);
  CHECK(same() == PICTURES);
  hooks();
  parts();
  CHECK_STATUS(TVMGetParameter(&limited, NULL, TVM_LIMITED_PARAMETER_FAST_INDEX, &own[0]), TVM_STATUS_OK);
  CHECK_STATUS(TVMGetParameter(&limited, NULL, TVM_LIMITED_PARAMETER_QSPI_INDEX, &own[1]), TVM_STATUS_OK);
  parameters.fast = copy;
  parameters.qspi = own[1];
  memcpy(copy, own[0], FIRST);
  CHECK_STATUS(TVMSetParameters(&g_context, &parameters), TVM_STATUS_OK);
  CHECK(same() == PICTURES);
  hooks();
  parts();
  /* Weights of the layer that is computed most, in its bands. */
  memset(copy, 0, 64);
  CHECK(same() < PICTURES);
  return check_end();
}
