/* One run of the bundled model: the digit that the picture shows, or a negative status. */
#ifndef RECOGNISE_H
#define RECOGNISE_H

#include "digits.h"

TVM_DIGITS_STATIC_CONTEXT(g_context);

static int32_t recognise(const int8_t *image) {
  static tvm_digits_output_t output;
  const TVMInputs_digits inputs = { image };
  const TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&output);
  int32_t best = 0;
  const int32_t status = TVMExecute_digits(&inputs, &outputs, &g_context);
  if (status != TVM_STATUS_OK) {
    return status;
  }
  for (int32_t digit = 1; digit < TVM_DIGITS_OUTPUT_PROBABILITIES_ELEMENTS; digit++) {
    if (output.probabilities[digit] > output.probabilities[best]) {
      best = digit;
    }
  }
  return best;
}

#endif
