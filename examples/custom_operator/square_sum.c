#include "square_sum.h"

/* The options are one byte: the factor. */
int32_t square_sum(const tvm_custom_operator_t *op, const void *const *inputs, void *const *outputs, void *scratch) {
  const tvm_custom_tensor_t *in = &op->inputs[0];
  if (op->option_bytes != 1 || in->type != TVM_CUSTOM_FLOAT32 || in->rank < 1) {
    return -1;
  }
  int32_t length = in->shape[in->rank - 1];
  const float *x = (const float *)inputs[0];
  float *out = (float *)outputs[0], *squares = (float *)scratch;
  if (op->scratch_bytes < length * (int32_t)sizeof(float)) {
    return -1;
  }
  for (int32_t row = 0; row < in->elements / length; row++, x += length) {
    float sum = 0.0f;
    for (int32_t i = 0; i < length; i++) {
      squares[i] = x[i] * x[i];
    }
    for (int32_t i = 0; i < length; i++) {
      sum += squares[i];
    }
    out[row] = sum * (float)op->options[0];
  }
  return 0;
}
