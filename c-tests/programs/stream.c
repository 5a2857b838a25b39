/* SPDX-License-Identifier: Apache-2.0 */
/* The bundled streaming model on all test pictures: no run before a reset, with any call; then one stream of rows, and a
 * second one in between with memory of its own. */
#include <string.h>
#include "digit_rows.h"
#include "pictures.h"
#include "../check.h"

enum { ROWS = 8, RIGHT = 356 };

TVM_DIGIT_ROWS_STATIC_CONTEXT(g_context);
static uint8_t g_state[TVM_DIGIT_ROWS_WORKSPACE_STATE_BYTES];
static uint8_t g_shared[TVM_DIGIT_ROWS_WORKSPACE_WORKSPACE_BYTES];
static const TVMWorkspaces_digit_rows g_workspaces = TVM_DIGIT_ROWS_WORKSPACES(g_state, g_shared);
static const TVMContext g_other = TVM_DIGIT_ROWS_CONTEXT(g_workspaces);
static tvm_digit_rows_output_t g_output;

static int32_t run(const int8_t *row, const TVMContext *context) {
  TVMInputs_digit_rows inputs = { row };
  TVMOutputs_digit_rows outputs = TVM_DIGIT_ROWS_OUTPUTS(&g_output);
  return TVMExecute_digit_rows(&inputs, &outputs, context);
}

static int most_probable(void) {
  int best = 0, at;
  for (at = 1; at < TVM_DIGIT_ROWS_OUTPUT_PROBABILITIES_ELEMENTS; at++) {
    if (g_output.probabilities[at] > g_output.probabilities[best]) {
      best = at;
    }
  }
  return best;
}

static void nothing_runs_before_a_reset(void) {
  const tvm_digit_rows_output_t untouched = g_output;
  TVMInputs_digit_rows inputs = { pictures[0] };
  TVMOutputs_digit_rows outputs = TVM_DIGIT_ROWS_OUTPUTS(&g_output);
  CHECK_STATUS(run(pictures[0], &g_context), TVM_STATUS_STATE_NOT_RESET);
  CHECK_STATUS(TVMExecute(&digit_rows, &inputs, &outputs, &g_context), TVM_STATUS_STATE_NOT_RESET);
  CHECK_TEXT(TVMStatusString(TVM_STATUS_STATE_NOT_RESET), "state not reset");
  /* Memory filled with one byte counts as not reset. */
  memset(g_state, 0xFF, sizeof(g_state));
  CHECK_STATUS(run(pictures[0], &g_other), TVM_STATUS_STATE_NOT_RESET);
  CHECK(memcmp(&untouched, &g_output, sizeof(untouched)) == 0);
  CHECK_STATUS(TVMReset(&digit_rows, &g_context), TVM_STATUS_OK);
  CHECK_STATUS(run(pictures[0], &g_context), TVM_STATUS_OK);
  CHECK_STATUS(run(pictures[0], &g_other), TVM_STATUS_STATE_NOT_RESET);
  CHECK_STATUS(TVMReset_digit_rows(&g_other), TVM_STATUS_OK);
  CHECK_STATUS(run(pictures[0], &g_other), TVM_STATUS_OK);
  CHECK_STATUS(TVMReset_digit_rows(NULL), TVM_STATUS_NULL_CONTEXT);
}

static void one_stream_reads_all_pictures(void) {
  int right = 0, at, row;
  CHECK_STATUS(TVMReset_digit_rows(&g_context), TVM_STATUS_OK);
  for (at = 0; at < PICTURES; at++) {
    for (row = 0; row < ROWS; row++) {
      if (!CHECK_STATUS(run(&pictures[at][row * ROWS], &g_context), TVM_STATUS_OK)) {
        return;
      }
      if (at % 40 == 0) {
        const tvm_digit_rows_output_t kept = g_output;
        CHECK_STATUS(run(&pictures[(at + 1) % PICTURES][row * ROWS], &g_other), TVM_STATUS_OK);
        g_output = kept;
      }
    }
    right += most_probable() == picture_labels[at];
  }
  if (!CHECK(right == RIGHT)) {
    printf("  found %d of %d, expected %d\n", right, (int)PICTURES, (int)RIGHT);
  }
}

int main(void) {
  nothing_runs_before_a_reset();
  one_stream_reads_all_pictures();
  return check_end();
}
