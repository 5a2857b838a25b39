/* Recognises handwritten digits: one complete program, for the host and for a microcontroller.
 *
 * digits.h and digits.c are generated from models/digits/digits.tflite by `tvm-embedded generate`; `cargo xtask demo` does
 * that, builds this file and runs it. The pictures are the 360 that were not used for training.
 */
#include <stdio.h>

#include "digits.h"
#include "pictures.h"

/* All memory that the model needs; the linker places it. */
static uint8_t g_workspace[TVM_DIGITS_WORKSPACE_BYTES];
static tvm_digits_output_t g_output;

/* Where a run finds its workspace. Constant, so it is in flash, where it can't be overwritten. */
static const TVMContext g_context = TVM_DIGITS_CONTEXT(g_workspace);

/* One run: a picture in, the most probable digit out, or a negative status. */
static int32_t recognise(const int8_t *picture) {
  TVMInputs_digits inputs = { .image = picture };
  TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&g_output);
  int32_t best = 0;

  int32_t status = TVMExecute_digits(&inputs, &outputs, &g_context);
  if (status != TVM_STATUS_OK) {
    return status;
  }
  for (int32_t digit = 1; digit < TVM_DIGITS_OUTPUT_PROBABILITIES_ELEMENTS; ++digit) {
    if (g_output.probabilities[digit] > g_output.probabilities[best]) {
      best = digit;
    }
  }
  return best;
}

/* A picture as text: the more ink, the darker the character. */
static void show(const int8_t *picture) {
  static const char ink[] = " .:-=+*#%@";
  for (int row = 0; row < TVM_DIGITS_INPUT_IMAGE_SHAPE_1; ++row) {
    printf("    ");
    for (int column = 0; column < TVM_DIGITS_INPUT_IMAGE_SHAPE_2; ++column) {
      int dark = *picture++ - TVM_DIGITS_INPUT_IMAGE_ZERO_POINT; /* 0 to 255 */
      char sign = ink[dark * 9 / 255];
      printf("%c%c", sign, sign);
    }
    printf("\n");
  }
}

/* One picture shown and recognised. Not inlined, so that its instructions can be counted. */
int32_t count_begin(const int8_t *picture);
void count_end(void);
__attribute__((noinline)) int32_t count_begin(const int8_t *picture) {
  return recognise(picture);
}
__attribute__((noinline)) void count_end(void) {
  __asm__ volatile("");
}

int main(void) {
  const int shown = 7;
  int right = 0;

  printf("A digit that the model has never seen (it is a %d):\n\n", picture_labels[shown]);
  show(pictures[shown]);
  int32_t answer = count_begin(pictures[shown]);
  count_end();
  if (answer < 0) {
    printf("the model failed: %s\n", TVMStatusString(answer));
    return 1;
  }
  printf("\nThe model says: %d (probability %.3f)\n", (int)answer,
      (double)(TVM_DIGITS_OUTPUT_PROBABILITIES_SCALE *
               (float)(g_output.probabilities[answer] - TVM_DIGITS_OUTPUT_PROBABILITIES_ZERO_POINT)));

  for (int at = 0; at < PICTURES; ++at) {
    answer = recognise(pictures[at]);
    if (answer < 0) {
      printf("the model failed: %s\n", TVMStatusString(answer));
      return 1;
    }
    right += answer == picture_labels[at];
  }
  int percent = (right * 10000 + PICTURES / 2) / PICTURES; /* in hundredths */
  printf("Right in %d of %d held-back pictures (%d.%02d %%)\n", right, PICTURES, percent / 100, percent % 100);
  printf("RAM: %u bytes of workspace, %u of outputs\n", (unsigned)sizeof(g_workspace), (unsigned)sizeof(g_output));
  return 0;
}
