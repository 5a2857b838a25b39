/* SPDX-License-Identifier: Apache-2.0 */
/* A set of contexts checked in one call: which entry is refused, and which memories overlap. Nothing runs. */
#include "../check.h"
#include "fake.h"

enum { ENTRIES = 3 };
static TVMContextProblem problem;

/* Two streams of `full` and a `plain` model: all work in one scratch memory; the streams read the same constants. */
static uint8_t scratch[FAKE_BUFFER], states[2][FAKE_STATE];
static uint64_t weights[4];
static int32_t carried[4];
static int npu;
static void *workspaces[2][2];
static const void *parameters[2][2];
static void *devices[2] = { &npu, &npu };
static TVMContext contexts[ENTRIES];
static TVMInstance set[ENTRIES] = { { &full, &contexts[0] }, { &plain, &contexts[1] }, { &full, &contexts[2] } };

static void begin(void) {
  int at;
  for (at = 0; at < 2; at++) {
    workspaces[at][0] = scratch;
    workspaces[at][1] = states[at];
    parameters[at][0] = carried;
    parameters[at][1] = weights;
    CHECK_STATUS(TVMSetWorkspaceTable(&contexts[2 * at], workspaces[at], sizeof(workspaces[at])), TVM_STATUS_OK);
    CHECK_STATUS(TVMSetParameterTable(&contexts[2 * at], parameters[at], sizeof(parameters[at])), TVM_STATUS_OK);
    CHECK_STATUS(TVMSetDevices(&contexts[2 * at], devices), TVM_STATUS_OK);
  }
  CHECK_STATUS(TVMSetWorkspaceBuffer(&contexts[1], scratch, sizeof(scratch)), TVM_STATUS_OK);
  set[1].model = &plain;
}

/* The set is refused in this entry, without an overlap; then it is made good again. */
static void refused(int32_t status, size_t index) {
  CHECK_STATUS(TVMCheckContexts(set, ENTRIES, &problem), status);
  CHECK(problem.index == index && problem.other == index && problem.pool == NULL && problem.other_pool == NULL);
  begin();
}

/* The same for an overlap with that other entry. */
static void overlaps(size_t index, const TVMPool *pool, size_t other, const TVMPool *other_pool) {
  CHECK_STATUS(TVMCheckContexts(set, ENTRIES, &problem), TVM_STATUS_OVERLAP);
  CHECK(problem.index == index && problem.pool == pool);
  CHECK(problem.other == other && problem.other_pool == other_pool);
  begin();
}

static void the_whole_set_is_good(void) {
  CHECK_STATUS(TVMCheckContexts(set, ENTRIES, &problem), TVM_STATUS_OK);
  CHECK(problem.index == ENTRIES && problem.other == ENTRIES && problem.pool == NULL && problem.other_pool == NULL);
  CHECK_STATUS(TVMCheckContexts(set, 0, &problem), TVM_STATUS_OK);
  CHECK(problem.index == 0);
}

static void an_entry_that_its_model_refuses(void) {
  contexts[0].workspaces.kind = 0;
  refused(TVM_STATUS_WORKSPACES_NOT_SET, 0);
  contexts[1].workspaces.size = FAKE_WORKSPACE - 1;
  refused(TVM_STATUS_WORKSPACE_TOO_SMALL, 1);
  parameters[1][1] = NULL;
  refused(TVM_STATUS_NULL_PARAMETER, 2);
  devices[1] = NULL;
  refused(TVM_STATUS_NULL_DEVICE, 0);
  devices[1] = &npu;
  set[1].model = NULL;
  refused(TVM_STATUS_NULL_MODEL, 1);
}

static void arguments_that_are_bad(void) {
  TVMContextProblem kept = { 77, 78, &full.workspaces[0], &full.workspaces[1] };
  CHECK_STATUS(TVMCheckContexts(NULL, ENTRIES, &kept), TVM_STATUS_NULL_ARGUMENT);
  CHECK_STATUS(TVMCheckContexts(set, ENTRIES, NULL), TVM_STATUS_NULL_ARGUMENT);
  CHECK(kept.index == 77 && kept.other == 78 && kept.pool == &full.workspaces[0] && kept.other_pool == &full.workspaces[1]);
}

static void state_that_a_run_would_overwrite(void) {
  /* Two streams with one state; state inside the scratch memory of the same and of another model. */
  workspaces[1][1] = states[0];
  overlaps(2, &full.workspaces[1], 0, &full.workspaces[1]);
  workspaces[0][1] = scratch + 16;
  overlaps(0, &full.workspaces[1], 0, &full.workspaces[0]);
}

static void the_first_and_the_last_byte(void) {
  static union {
    uint64_t aligned[16];
    uint8_t bytes[128];
  } memory;
  TVMInstance turned[2];
  uint8_t *start = memory.bytes + (0u - (uintptr_t)memory.bytes) % FAKE_ALIGNMENT;
  size_t at;
  for (at = 0; at <= 3 * FAKE_ALIGNMENT + FAKE_STATE; at += 4) {
    const int apart = at + FAKE_STATE <= FAKE_ALIGNMENT || at >= FAKE_ALIGNMENT + FAKE_WORKSPACE;
    CHECK_STATUS(TVMSetWorkspaceBuffer(&contexts[1], start + FAKE_ALIGNMENT, FAKE_WORKSPACE), TVM_STATUS_OK);
    workspaces[1][1] = start + at;
    CHECK_STATUS(TVMCheckContexts(&set[1], 2, &problem), apart ? TVM_STATUS_OK : TVM_STATUS_OVERLAP);
    CHECK(apart || (problem.index == 1 && problem.other == 0));
    /* The same in the other order. */
    turned[0] = set[2];
    turned[1] = set[1];
    CHECK_STATUS(TVMCheckContexts(turned, 2, &problem), apart ? TVM_STATUS_OK : TVM_STATUS_OVERLAP);
    begin();
  }
}

/* One run uses both, so they may not be one memory, whatever others do. */
static void two_workspaces_of_one_context(void) {
  TVMPool pools[2] = { full.workspaces[0], full.workspaces[1] };
  TVMModel stateless = full;
  pools[1].flags = 0;
  stateless.workspaces = pools;
  set[1].model = &stateless;
  set[1].context = &contexts[0];
  workspaces[0][1] = scratch + 16;
  CHECK_STATUS(TVMCheckContexts(&set[1], 1, &problem), TVM_STATUS_OVERLAP);
  CHECK(problem.index == 0 && problem.other == 0 && problem.pool == &pools[1] && problem.other_pool == &pools[0]);
  workspaces[0][1] = states[0];
  CHECK_STATUS(TVMCheckContexts(&set[1], 1, &problem), TVM_STATUS_OK);
  set[1].context = &contexts[1];
  begin();
}

static void constants_that_overlap(void) {
  /* Under a workspace, and by a part of each other. */
  parameters[0][1] = (const void *)(((uintptr_t)scratch + FAKE_ALIGNMENT - 1) & ~(uintptr_t)(FAKE_ALIGNMENT - 1));
  overlaps(0, &full.parameters[1], 0, &full.workspaces[0]);
  parameters[1][0] = (const uint8_t *)carried + 4;
  overlaps(2, &full.parameters[0], 0, &full.parameters[0]);
  parameters[1][0] = weights;
  overlaps(2, &full.parameters[0], 0, &full.parameters[1]);
}

int main(void) {
  begin();
  the_whole_set_is_good();
  an_entry_that_its_model_refuses();
  arguments_that_are_bad();
  state_that_a_run_would_overwrite();
  the_first_and_the_last_byte();
  two_workspaces_of_one_context();
  constants_that_overlap();
  CHECK(fake.runs == 0 && fake.resets == 0);
  return check_end();
}
