/* QUANTIZE and DEQUANTIZE between types of different sizes; between bytes `table.h` does it. */
#ifndef TVMK_QUANTIZE_H
#define TVMK_QUANTIZE_H

#include <math.h>

#include "base.h"

typedef struct {
    int32_t mantissa, shift;
    int32_t zero_point_in, zero_point_out;
} tvmk_requantize_t;

TVMK_INLINE int32_t tvmk_requantize_one(const tvmk_requantize_t *l, int32_t x, int32_t low, int32_t high) {
    return tvmk_clamp(tvmk_multiply(x - l->zero_point_in, l->mantissa, l->shift) + l->zero_point_out, low, high);
}

#define TVMK_REQUANTIZE(from, to, low, high)                                                                     \
    TVMK_SHARED void tvmk_requantize_##from##_##to(const tvmk_requantize_t *l, const from##_t *in, to##_t *out,  \
                                                   int32_t count) {                                              \
        for (int32_t i = 0; i < count; i++) {                                                                    \
            out[i] = (to##_t)tvmk_requantize_one(l, in[i], low, high);                                           \
        }                                                                                                        \
    }

TVMK_REQUANTIZE(int8, int16, INT16_MIN, INT16_MAX)
TVMK_REQUANTIZE(int8, int32, INT32_MIN, INT32_MAX)
TVMK_REQUANTIZE(int16, int8, INT8_MIN, INT8_MAX)
TVMK_REQUANTIZE(int16, int16, INT16_MIN, INT16_MAX)
TVMK_REQUANTIZE(int16, int32, INT32_MIN, INT32_MAX)
TVMK_REQUANTIZE(int32, int8, INT8_MIN, INT8_MAX)
TVMK_REQUANTIZE(int32, int16, INT16_MIN, INT16_MAX)

/* Halves away from zero. What lies far outside is clamped before the conversion, which C leaves undefined for it. */
TVMK_INLINE int32_t tvmk_quantize_one(float x, float scale, int32_t zero_point, int32_t low, int32_t high) {
    float scaled = roundf(x / scale);
    float limited = scaled < -131072.0f ? -131072.0f : scaled > 131072.0f ? 131072.0f : scaled;
    return tvmk_clamp((int32_t)limited + zero_point, low, high);
}

#define TVMK_QUANTIZE(to, low, high)                                                                              \
    TVMK_SHARED void tvmk_quantize_##to(const float *in, to##_t *out, int32_t count, float scale, int32_t zero) { \
        for (int32_t i = 0; i < count; i++) {                                                                     \
            out[i] = (to##_t)tvmk_quantize_one(in[i], scale, zero, low, high);                                    \
        }                                                                                                         \
    }

TVMK_QUANTIZE(int8, INT8_MIN, INT8_MAX)
TVMK_QUANTIZE(uint8, 0, UINT8_MAX)
TVMK_QUANTIZE(int16, INT16_MIN, INT16_MAX)

#define TVMK_DEQUANTIZE(from)                                                                                       \
    TVMK_SHARED void tvmk_dequantize_##from(const from##_t *in, float *out, int32_t count, float scale, int32_t zero) { \
        for (int32_t i = 0; i < count; i++) {                                                                       \
            out[i] = scale * (float)(in[i] - zero);                                                                 \
        }                                                                                                           \
    }

TVMK_DEQUANTIZE(int8)
TVMK_DEQUANTIZE(uint8)
TVMK_DEQUANTIZE(int16)

#endif
