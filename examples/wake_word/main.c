/* Detects a wake word: every 10 ms 160 new samples of 16 kHz go into a window of 30 ms, which a front end turns into the loudness of
 * 40 frequency bands; every third time, a wake-word model takes the last three of these.
 *
 * Both are models: front_end.* and wake_word.* are generated from two .tflite files by `tvm-embedded compile` and `generate`. `cargo
 * xtask wake-word` does that, builds this file for a Cortex-M4, runs it in QEMU and compares every byte with TensorFlow Lite Micro.
 * recording.h declares the sound, which that command generates.
 */
#include <stdio.h>
#include <string.h>

#include "front_end.h"
#include "recording.h"
#include "wake_word.h"

enum { STEP = 160, WINDOW = 480, BANDS = 40, ROWS = 3 };

/* The models run one after the other, so they share a workspace. Each has its own state. */
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
static uint8_t g_workspace[LARGER(TVM_FRONT_END_WORKSPACE_WORKSPACE_BYTES, TVM_WAKE_WORD_WORKSPACE_WORKSPACE_BYTES)];
static uint8_t g_front_end_state[TVM_FRONT_END_WORKSPACE_STATE_BYTES];
static uint8_t g_wake_word_state[TVM_WAKE_WORD_WORKSPACE_STATE_BYTES];
static const TVMWorkspaces_front_end g_front_end_memory = TVM_FRONT_END_WORKSPACES(g_front_end_state, g_workspace);
static const TVMWorkspaces_wake_word g_wake_word_memory = TVM_WAKE_WORD_WORKSPACES(g_wake_word_state, g_workspace);
static const TVMContext g_front_end = TVM_FRONT_END_CONTEXT(g_front_end_memory);
static const TVMContext g_wake_word = TVM_WAKE_WORD_CONTEXT(g_wake_word_memory);

static int16_t g_window[WINDOW];
static int8_t g_bands[ROWS][BANDS];
static uint8_t g_probability;
static int g_rows;

/* One step of 10 ms. Not inlined, so that its instructions can be counted. */
int32_t count_begin(const int16_t *samples);
void count_end(void);
__attribute__((noinline)) int32_t count_begin(const int16_t *samples) {
  memmove(g_window, g_window + STEP, (WINDOW - STEP) * sizeof g_window[0]);
  memcpy(g_window + WINDOW - STEP, samples, STEP * sizeof g_window[0]);

  const TVMInputs_front_end sound = { g_window };
  const TVMOutputs_front_end bands = { g_bands[g_rows] };
  int32_t status = TVMExecute_front_end(&sound, &bands, &g_front_end);
  g_rows = (g_rows + 1) % ROWS;
  if (status != TVM_STATUS_OK || g_rows != 0) {
    return status;
  }
  const TVMInputs_wake_word heard = { g_bands[0] };
  const TVMOutputs_wake_word probability = { &g_probability };
  return TVMExecute_wake_word(&heard, &probability, &g_wake_word);
}
__attribute__((noinline)) void count_end(void) {
  __asm__ volatile("");
}

int main(void) {
  int32_t status = TVMReset_front_end(&g_front_end);
  if (status == TVM_STATUS_OK) {
    status = TVMReset_wake_word(&g_wake_word);
  }
  for (int32_t at = 0; at + STEP <= RECORDING_SAMPLES && status == TVM_STATUS_OK; at += STEP) {
    const int row = g_rows;
    status = count_begin(recording + at);
    count_end();
    if (status == TVM_STATUS_OK) {
      /* Only for the comparison, not for a product: prints all bytes. */
      for (int band = 0; band < BANDS; ++band) {
        printf("%02x", (unsigned)(uint8_t)g_bands[row][band]);
      }
      if (row == ROWS - 1) {
        printf(" %02x", (unsigned)g_probability);
      }
      printf("\n");
    }
  }
  if (status != TVM_STATUS_OK) {
    printf("a model failed: %s\n", TVMStatusString(status));
    return 1;
  }
  return 0;
}
