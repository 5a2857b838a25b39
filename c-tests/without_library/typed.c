/* SPDX-License-Identifier: Apache-2.0 */
/* Calls compiled models and prints a number for the outputs of each: several models in one program, workspaces, state. Built with
 * the library it calls TVMExecute and TVMReset, without it the typed functions, and must print the same.
 * -DDIGITS, -DDIGIT_ROWS, -DPLACED and -DSPLIT select the models. */
#include "board.h"

/* Before the macros below: the models' own tvm_embedded.h defines TVM_EMBEDDED_NO_LIBRARY. */
#ifdef DIGITS
#include "digits.h"
#endif
#ifdef DIGIT_ROWS
#include "digit_rows.h"
#endif
#ifdef SPLIT
#include "split.h"
#endif
#ifdef PLACED
#include "placed.h"
#endif

static uint32_t g_random = 1;

static uint8_t next_byte(void) {
  g_random ^= g_random << 13;
  g_random ^= g_random >> 17;
  g_random ^= g_random << 5;
  return (uint8_t)(g_random >> 11);
}

static uint32_t sum(uint32_t h, const int8_t *bytes, size_t count) {
  while (count-- > 0) {
    h = (h ^ (uint8_t)*bytes++) * UINT32_C(16777619);
  }
  return h;
}

static void fill(int8_t *bytes, size_t count) {
  while (count-- > 0) {
    *bytes++ = (int8_t)next_byte();
  }
}

#ifdef TVM_EMBEDDED_NO_LIBRARY
#define EXECUTE(symbol, inputs, outputs, context) TVMExecute_##symbol(inputs, outputs, context)
#define RESET(symbol, context) TVMReset_##symbol(context)
#else
#define EXECUTE(symbol, inputs, outputs, context) TVMExecute(&symbol, inputs, outputs, context)
#define RESET(symbol, context) TVMReset(&symbol, context)
#endif

/* Twelve runs of a model with one input and one output, reset in between; a status that is not 0 is added to the number. */
#define RUNS(symbol, upper, input, output)                            \
  TVM_##upper##_STATIC_CONTEXT(g_##symbol);                           \
  static void runs_of_##symbol(void) {                                \
    static tvm_##symbol##_input_t in;                                 \
    static tvm_##symbol##_output_t out;                               \
    TVMInputs_##symbol inputs = TVM_##upper##_INPUTS(&in);            \
    TVMOutputs_##symbol outputs = TVM_##upper##_OUTPUTS(&out);        \
    uint32_t h = UINT32_C(2166136261);                                \
    uint8_t i;                                                        \
    g_random = 1;                                                     \
    fill(in.input, sizeof in.input);                                  \
    h ^= (uint32_t)EXECUTE(symbol, &inputs, &outputs, &g_##symbol);   \
    for (i = 0; i < 12; i++) {                                        \
      if (i % 8 == 0) {                                               \
        h ^= (uint32_t)RESET(symbol, &g_##symbol);                    \
      }                                                               \
      fill(in.input, sizeof in.input);                                \
      h ^= (uint32_t)EXECUTE(symbol, &inputs, &outputs, &g_##symbol); \
      h = sum(h, out.output, sizeof out.output);                      \
    }                                                                 \
    board_number(#symbol, h);                                         \
  }

#ifdef DIGITS
RUNS(digits, DIGITS, image, probabilities)
#endif

#ifdef DIGIT_ROWS
RUNS(digit_rows, DIGIT_ROWS, row, probabilities)
#endif

#ifdef SPLIT
RUNS(split, SPLIT, image, probabilities)
#endif

#ifdef PLACED
TVM_PLACED_STATIC_CONTEXT(g_placed);
static void runs_of_placed(void) {
  TVMInputs_placed inputs;
  TVMOutputs_placed outputs;
  uint32_t h = UINT32_C(2166136261);
  uint8_t i;
  g_random = 1;
  h ^= (uint32_t)TVMMapInputs_placed(&g_placed, &inputs);
  h ^= (uint32_t)TVMMapOutputs_placed(&g_placed, &outputs);
  for (i = 0; i < 12; i++) {
    fill(inputs.image, TVM_PLACED_INPUT_IMAGE_BYTES);
    h ^= (uint32_t)EXECUTE(placed, &inputs, &outputs, &g_placed);
    h = sum(h, outputs.probabilities, TVM_PLACED_OUTPUT_PROBABILITIES_BYTES);
  }
  outputs.probabilities = outputs.probabilities + 1;
  h ^= (uint32_t)EXECUTE(placed, &inputs, &outputs, &g_placed);
  board_number("placed", h);
}
#endif

int main(void) {
#ifdef DIGITS
  runs_of_digits();
#endif
#ifdef DIGIT_ROWS
  runs_of_digit_rows();
#endif
#ifdef SPLIT
  runs_of_split();
#endif
#ifdef PLACED
  runs_of_placed();
#endif
  return board_end(0);
}
