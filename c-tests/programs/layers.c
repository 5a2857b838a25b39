/* SPDX-License-Identifier: Apache-2.0 */
/* Runs with hooks, and in parts: the hooks are called before and after every layer, a hook's result ends a run at any layer, a run that
 * was interrupted at each place gives the bytes of a whole one, and what is not a run of the model is refused. */
#include "check.h"
#include "layered.h"
#include "layered_inside.h"
#include "pictures.h"

enum { BYTES = TVM_LAYERED_OUTPUT_PROBABILITIES_BYTES, LAYERS = TVM_LAYERED_LAYER_COUNT };

static uint8_t g_workspace[TVM_LAYERED_WORKSPACE_BYTES];
static uint8_t g_other[TVM_LAYERED_WORKSPACE_BYTES];
static uint8_t g_inside[TVM_LAYERED_INSIDE_WORKSPACE_BYTES];
static int8_t g_expected[BYTES];
static int8_t g_found[BYTES];

/* What a hook does, and what it recorded. */
struct watch {
  uint32_t calls;   /* so far */
  uint32_t stop_at; /* the call that returns `answer`, from 1; 0: none */
  int32_t answer;
  uint32_t in_order; /* calls that came in the order before 0, after 0, before 1, ... */
  uint64_t macs;
};

static int32_t called(void *user, const TVMLayer *layer, uint32_t after) {
  struct watch *watch = TVM_FROM_VOID(struct watch *, user);
  if (2u * layer->index + after == watch->calls) {
    watch->in_order++;
  }
  watch->calls++;
  if (after != 0u) {
    watch->macs += layer->macs;
  }
  return watch->calls == watch->stop_at ? watch->answer : 0;
}

static int32_t before(void *user, const TVMLayer *layer) {
  return called(user, layer, 0);
}

static int32_t after(void *user, const TVMLayer *layer) {
  return called(user, layer, 1);
}

static TVMLayerHooks hooks_of(struct watch *watch, uint32_t stop_at, int32_t answer) {
  TVMLayerHooks hooks;
  memset(watch, 0, sizeof(*watch));
  watch->stop_at = stop_at;
  watch->answer = answer;
  hooks.before = before;
  hooks.after = after;
  hooks.user = watch;
  return hooks;
}

static TVMInputs_layered g_inputs;
static TVMOutputs_layered g_outputs;
static TVMContext g_context;

static int right(void) {
  const int equal = memcmp(g_found, g_expected, BYTES) == 0;
  memset(g_found, 0x55, BYTES);
  return equal;
}

static void table(void) {
  uint64_t macs = 0;
  uint32_t i;
  for (i = 0; i < LAYERS; i++) {
    const TVMLayer *layer = TVMGetLayer_layered(i);
    if (CHECK(layer != NULL)) {
      CHECK(layer->index == i && layer->name[0] != '\0' && layer->kind[0] != '\0' && layer->output_count == 1);
      macs += layer->macs;
    }
  }
  CHECK(TVMGetLayer_layered(LAYERS) == NULL && TVMGetLayer_layered(UINT32_MAX) == NULL);
  CHECK_TEXT(TVMGetLayer_layered(0)->kind, "CONV_2D");
  CHECK_TEXT(TVMGetLayer_layered(LAYERS - 1)->kind, "SOFTMAX");
  CHECK(macs > 10000);
}

static void hooks(void) {
  struct watch watch;
  TVMLayerHooks both = hooks_of(&watch, 0, 0);
  uint32_t call;
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, &g_context, &both), TVM_STATUS_OK);
  CHECK(right() && watch.calls == 2 * LAYERS && watch.in_order == 2 * LAYERS && watch.macs > 10000);
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, &g_context, NULL), TVM_STATUS_OK);
  CHECK(right());
  both = hooks_of(&watch, 0, 0);
  both.before = NULL;
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, &g_context, &both), TVM_STATUS_OK);
  CHECK(right() && watch.calls == LAYERS);
  /* A nonzero result at any call ends the run there, and does not affect later runs. */
  for (call = 1; call <= 2 * LAYERS; call++) {
    both = hooks_of(&watch, call, (call % 3 == 0) ? TVM_STATUS_UNFINISHED : (int32_t)call - 5);
    if (watch.answer == 0) {
      continue;
    }
    CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, &g_context, &both), TVM_STATUS_ABORTED);
    CHECK(watch.calls == call);
    CHECK_STATUS(TVMExecute_layered(&g_inputs, &g_outputs, &g_context), TVM_STATUS_OK);
    CHECK(right());
  }
  CHECK_STATUS(TVMExecuteLayers_layered(NULL, &g_outputs, &g_context, &both), TVM_STATUS_NULL_INPUTS);
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, NULL, &g_context, &both), TVM_STATUS_NULL_OUTPUTS);
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, NULL, &both), TVM_STATUS_NULL_CONTEXT);
}

/* The last layer's bytes are the model's output. */
static int32_t keep_last(void *user, const TVMLayer *layer) {
  int8_t *kept = TVM_FROM_VOID(int8_t *, user);
  const uint8_t *bytes = TVMLayerData_layered(&g_inputs, &g_outputs, &g_context, &layer->outputs[0]);
  if (layer->index == LAYERS - 1u && layer->outputs[0].bytes == BYTES) {
    memcpy(kept, bytes, BYTES);
  }
  return bytes == NULL;
}

static void data(void) {
  static int8_t kept[BYTES];
  TVMLayerHooks last;
  last.before = NULL;
  last.after = keep_last;
  last.user = kept;
  CHECK_STATUS(TVMExecuteLayers_layered(&g_inputs, &g_outputs, &g_context, &last), TVM_STATUS_OK);
  CHECK(memcmp(kept, g_expected, BYTES) == 0 && right());
}

static void steps(void) {
  TVMRun run;
  uint32_t layers, first;
  for (layers = 1; layers <= LAYERS + 1u; layers++) {
    uint32_t taken = 0;
    int32_t status = TVM_STATUS_UNFINISHED;
    CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, &g_outputs, &g_context, NULL), TVM_STATUS_OK);
    CHECK_STATUS(TVMStep_layered(&run, 0), TVM_STATUS_UNFINISHED);
    while (status == TVM_STATUS_UNFINISHED && taken <= LAYERS) {
      CHECK(run.position == 2u * layers * taken);
      status = TVMStep_layered(&run, layers);
      taken++;
    }
    CHECK_STATUS(status, TVM_STATUS_OK);
    CHECK(taken == (LAYERS + layers - 1u) / layers && right());
    CHECK_STATUS(TVMStep_layered(&run, 1), TVM_STATUS_RUN_NOT_BEGUN);
  }
  /* A hook that interrupts the run at each of its calls, once. */
  for (first = 1; first <= 2 * LAYERS; first++) {
    struct watch watch;
    TVMLayerHooks both = hooks_of(&watch, first, TVM_STATUS_UNFINISHED);
    CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, &g_outputs, &g_context, &both), TVM_STATUS_OK);
    CHECK_STATUS(TVMStep_layered(&run, LAYERS), TVM_STATUS_UNFINISHED);
    CHECK(run.position == first - 1u);
    CHECK_STATUS(TVMStep_layered(&run, LAYERS), TVM_STATUS_OK);
    CHECK(right() && watch.calls == 2 * LAYERS + 1u);
  }
}

static void misuse(void) {
  TVMRun run;
  struct watch watch;
  TVMLayerHooks both = hooks_of(&watch, 3, 7);
  TVMInputs_layered_inside inputs;
  TVMOutputs_layered_inside outputs;
  TVMContext inside;
  int32_t status;
  memset(&run, 0, sizeof(run));
  CHECK_STATUS(TVMStep_layered(&run, 1), TVM_STATUS_RUN_NOT_BEGUN);
  CHECK_STATUS(TVMStep_layered(NULL, 1), TVM_STATUS_NULL_ARGUMENT);
  CHECK_STATUS(TVMBegin_layered(NULL, &g_inputs, &g_outputs, &g_context, NULL), TVM_STATUS_NULL_ARGUMENT);
  CHECK_STATUS(TVMBegin_layered(&run, NULL, &g_outputs, &g_context, NULL), TVM_STATUS_NULL_INPUTS);
  CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, NULL, &g_context, NULL), TVM_STATUS_NULL_OUTPUTS);
  CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, &g_outputs, NULL, NULL), TVM_STATUS_NULL_CONTEXT);
  /* After an abort the run is over. */
  CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, &g_outputs, &g_context, &both), TVM_STATUS_OK);
  CHECK_STATUS(TVMStep_layered(&run, LAYERS), TVM_STATUS_ABORTED);
  CHECK_STATUS(TVMStep_layered(&run, LAYERS), TVM_STATUS_RUN_NOT_BEGUN);
  /* Another model's run; it is not disturbed. */
  CHECK_STATUS(TVMSetWorkspaceBuffer(&inside, g_inside, sizeof(g_inside)), TVM_STATUS_OK);
  CHECK_STATUS(TVMMapInputs_layered_inside(&inside, &inputs), TVM_STATUS_OK);
  CHECK_STATUS(TVMMapOutputs_layered_inside(&inside, &outputs), TVM_STATUS_OK);
  memcpy(inputs.image, pictures[0], sizeof(pictures[0]));
  CHECK_STATUS(TVMBegin_layered_inside(&run, &inputs, &outputs, &inside, NULL), TVM_STATUS_OK);
  CHECK_STATUS(TVMStep_layered_inside(&run, 2), TVM_STATUS_UNFINISHED);
  CHECK_STATUS(TVMStep_layered(&run, 1), TVM_STATUS_WRONG_RUN);
  do {
    status = TVMStep_layered_inside(&run, 1);
  } while (status == TVM_STATUS_UNFINISHED);
  CHECK_STATUS(status, TVM_STATUS_OK);
  CHECK(memcmp(outputs.probabilities, g_expected, BYTES) == 0);
  /* Another workspace; with the first one again the run continues. */
  CHECK_STATUS(TVMBegin_layered(&run, &g_inputs, &g_outputs, &g_context, NULL), TVM_STATUS_OK);
  CHECK_STATUS(TVMStep_layered(&run, 2), TVM_STATUS_UNFINISHED);
  CHECK_STATUS(TVMSetWorkspaceBuffer(&g_context, g_other, sizeof(g_other)), TVM_STATUS_OK);
  CHECK_STATUS(TVMStep_layered(&run, 2), TVM_STATUS_WORKSPACE_CHANGED);
  CHECK_STATUS(TVMSetWorkspaceBuffer(&g_context, g_workspace, sizeof(g_workspace)), TVM_STATUS_OK);
  CHECK_STATUS(TVMStep_layered(&run, LAYERS), TVM_STATUS_OK);
  CHECK(right());
}

int main(void) {
  g_inputs.image = pictures[0];
  g_outputs.probabilities = g_expected;
  CHECK_STATUS(TVMSetWorkspaceBuffer(&g_context, g_workspace, sizeof(g_workspace)), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute_layered(&g_inputs, &g_outputs, &g_context), TVM_STATUS_OK);
  g_outputs.probabilities = g_found;
  table();
  hooks();
  data();
  steps();
  misuse();
  return check_end();
}
