/* Arithmetic from the definitions of TensorFlow Lite. */
#ifndef TVM_EMBEDDED_TEST_REFERENCE_H
#define TVM_EMBEDDED_TEST_REFERENCE_H

#include <stdint.h>

static int32_t reference_high_mul(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) {
        return INT32_MAX;
    }
    int64_t product = (int64_t)a * b;
    int64_t nudge = product >= 0 ? (int64_t)1 << 30 : 1 - ((int64_t)1 << 30);
    return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}
static int32_t reference_divide(int32_t x, int32_t exponent) {
    int64_t half = exponent > 0 ? (int64_t)1 << (exponent - 1) : 0;
    int64_t magnitude = x < 0 ? -(int64_t)x : x;
    magnitude = (magnitude + half) >> exponent;
    return (int32_t)(x < 0 ? -magnitude : magnitude);
}
static int32_t reference_multiply(int32_t x, int32_t mantissa, int32_t shift) {
    int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    return reference_divide(reference_high_mul((int32_t)((uint32_t)x << left), mantissa), right);
}
static int8_t reference_clamp(int32_t x, int32_t low, int32_t high) { return (int8_t)(x < low ? low : x > high ? high : x); }

#endif
