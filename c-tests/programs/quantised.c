/* SPDX-License-Identifier: Apache-2.0 */
/* Real values and elements of a tensor with a scale of 1/256 and a zero point of -128, for which all results are exact: every element, the
 * middle between each two, and values that no element stands for. */
#include <math.h>
#include "check.h"
#include "my_model.h"

enum { LOWEST = -128, HIGHEST = 127, COUNT = 256 };

static int8_t quantize(volatile float value) {
  return tvm_my_model_output_probabilities_quantize(value);
}

static int8_t quantize_fixed(volatile int32_t value) {
  return tvm_my_model_output_probabilities_quantize_fixed(value, 16);
}

/* Value and element number `step` of the type. */
static float real(int step) {
  return (float)step / 256.0f;
}

static int8_t element(int step) {
  return (int8_t)(step >= COUNT ? HIGHEST : LOWEST + step);
}

static void check_step(int step) {
  const float below = ((float)step + 0.49998f) / 256.0f;
  CHECK(tvm_my_model_output_probabilities_dequantize(element(step)) == real(step));
  CHECK(quantize(real(step)) == element(step));
  CHECK(quantize(((float)step + 0.5f) / 256.0f) == element(step + 1));
  CHECK(quantize(below) == element(step));
  CHECK(tvm_my_model_output_probabilities_dequantize_fixed(element(step), 16) == (int32_t)step * 256);
  CHECK(quantize_fixed((int32_t)step * 256) == element(step));
  CHECK(quantize_fixed((int32_t)step * 256 + 128) == element(step + 1));
  CHECK(quantize_fixed((int32_t)step * 256 + 127) == element(step));
}

int main(void) {
  static float values[COUNT];
  static int8_t elements[COUNT];
  int step;
  CHECK(TVM_MY_MODEL_OUTPUT_PROBABILITIES_SCALE == 1.0f / 256.0f);
  CHECK(TVM_MY_MODEL_OUTPUT_PROBABILITIES_ZERO_POINT == LOWEST);
  for (step = 0; step < COUNT; step++) {
    check_step(step);
    elements[step] = element(COUNT - 1 - step);
  }
  tvm_my_model_output_probabilities_dequantize_array(elements, values, COUNT);
  memset(elements, 0, sizeof(elements));
  tvm_my_model_output_probabilities_quantize_array(values, elements, COUNT);
  for (step = 0; step < COUNT; step++) {
    CHECK(values[step] == real(COUNT - 1 - step));
    CHECK(elements[step] == element(COUNT - 1 - step));
  }
  CHECK(quantize(NAN) == LOWEST);
  CHECK(quantize(HUGE_VALF) == HIGHEST);
  CHECK(quantize(-HUGE_VALF) == LOWEST);
  CHECK(quantize(1e30f) == HIGHEST);
  CHECK(quantize(-0.001f) == LOWEST);
  CHECK(quantize_fixed(INT32_MAX) == HIGHEST);
  CHECK(quantize_fixed(INT32_MIN) == LOWEST);
  return check_end();
}
