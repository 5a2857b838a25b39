/* Reads handwritten digits row by row, as a scanner delivers them: a streaming model, which remembers the previous rows.
 *
 * digit_rows.h and digit_rows.c are generated from models/digit_rows/digit_rows.tflite by `tvm-embedded generate`; `cargo xtask
 * demo` does that, builds this file and runs it. The 360 pictures, which were not used for training, are one stream of
 * 2880 rows. The result for a picture is the output after its last row.
 */
#include <stdio.h>

#include "digit_rows.h"
#include "pictures.h"

enum { ROWS = 8 };

/* Memory for the model, including its state, and a constant with its address. */
TVM_DIGIT_ROWS_STATIC_CONTEXT(g_context);
static tvm_digit_rows_output_t g_output;

/* One call: the next row of a picture. Not inlined, so that its instructions can be counted. */
int32_t count_begin(const int8_t *row);
void count_end(void);
__attribute__((noinline)) int32_t count_begin(const int8_t *row) {
  TVMInputs_digit_rows inputs = { .row = row };
  TVMOutputs_digit_rows outputs = TVM_DIGIT_ROWS_OUTPUTS(&g_output);
  return TVMExecute_digit_rows(&inputs, &outputs, &g_context);
}
__attribute__((noinline)) void count_end(void) {
  __asm__ volatile("");
}

static int most_probable(void) {
  int best = 0;
  for (int digit = 1; digit < TVM_DIGIT_ROWS_OUTPUT_PROBABILITIES_ELEMENTS; ++digit) {
    if (g_output.probabilities[digit] > g_output.probabilities[best]) {
      best = digit;
    }
  }
  return best;
}

int main(void) {
  int right = 0;

  /* Before the first row, and before each new stream. */
  int32_t status = TVMReset_digit_rows(&g_context);
  for (int at = 0; at < PICTURES; ++at) {
    for (int row = 0; row < ROWS && status == TVM_STATUS_OK; ++row) {
      status = count_begin(&pictures[at][row * ROWS]);
      count_end();
    }
    if (status != TVM_STATUS_OK) {
      printf("the model failed: %s\n", TVMStatusString(status));
      return 1;
    }
    right += most_probable() == picture_labels[at];
  }
  int percent = (right * 10000 + PICTURES / 2) / PICTURES; /* in hundredths */
  printf("Right in %d of %d held-back pictures (%d.%02d %%), read in %d calls\n", right, PICTURES, percent / 100, percent % 100,
      PICTURES * ROWS);
  return 0;
}
