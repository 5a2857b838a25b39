/* Any wake-word model of microWakeWord or ESPHome, version 2: a stream of rows of 40 features, one probability for each
 * step, and the mean of the last five that ESPHome compares with its cutoff. Prints exactly how much memory all of it takes.
 *
 * wake_word.* are generated from the .tflite file with `tvm-embedded generate --no-library --symbol wake_word`; `cargo xtask
 * wake-word` does that for the models that it finds, and runs this on an emulated Cortex-M4. The features come from the front end of
 * ESPHome (one row of 40 int8 every 10 ms); here they are synthetic, and the same in each run.
 */
#include <stdio.h>

#include "wake_word.h"

enum { FEATURES = 40, MEAN_OF = 5, STEPS = 100 };
/* A step takes one or more rows, depending on the model. */
enum { ROWS = sizeof(tvm_wake_word_input_t) / FEATURES };
typedef char the_input_is_rows_of_features[sizeof(tvm_wake_word_input_t) % FEATURES == 0 ? 1 : -1];
typedef char the_output_is_one_probability[sizeof(tvm_wake_word_output_t) == 1 ? 1 : -1];

TVM_WAKE_WORD_STATIC_CONTEXT(g_context);
static int8_t g_rows[ROWS * FEATURES];
static uint8_t g_probability;

/* Probabilities of the last steps, from 0 to 255. */
static uint8_t g_last[MEAN_OF];

static int32_t step(uint32_t *mean) {
  static int next = 0;
  const TVMInputs_wake_word inputs = { g_rows };
  const TVMOutputs_wake_word outputs = { &g_probability };
  const int32_t status = TVMExecute_wake_word(&inputs, &outputs, &g_context);
  g_last[next] = g_probability;
  next = (next + 1) % MEAN_OF;
  *mean = 0;
  for (int i = 0; i < MEAN_OF; i++) {
    *mean += g_last[i];
  }
  *mean /= MEAN_OF;
  return status;
}

int main(void) {
  uint32_t random = 1, mean = 0, sum = 0;
  int32_t status = TVMReset_wake_word(&g_context); /* also when the microphone starts again */
  for (int at = 0; at < STEPS && status == TVM_STATUS_OK; at++) {
    for (int i = 0; i < ROWS * FEATURES; i++) {
      random = random * 1664525u + 1013904223u;
      g_rows[i] = (int8_t)((int)(random >> 24) - 128);
    }
    status = step(&mean);
    sum = sum * 31u + g_probability;
  }
  printf("%d steps of %d rows: status %d, sum %08lx\n", STEPS, ROWS, (int)status, (unsigned long)sum);
  printf("RAM: %u bytes of state and workspace, %u of tensors\n", (unsigned)(sizeof g_context_state + sizeof g_context_workspace),
      (unsigned)(sizeof g_rows + sizeof g_probability));
  return status != TVM_STATUS_OK;
}
