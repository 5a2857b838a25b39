/* QUANTIZE from float32 and DEQUANTIZE to it. */
#ifndef TVMK_QUANTIZE_FLOAT_H
#define TVMK_QUANTIZE_FLOAT_H

#include "float_math.h"

/* Halves away from zero. Values far out of range, whose conversion is undefined in C, give the lowest or the highest
 * value; NaN gives the lowest. */
TVMK_INLINE int32_t tvmk_quantize_one(float x, float scale, int32_t zero_point, int32_t low, int32_t high) {
    float scaled = tvmk_exact(x / scale);
    float limited = scaled > -131072.0f ? (scaled < 131072.0f ? scaled : 131072.0f) : -131072.0f;
    return tvmk_clamp(tvmk_round_to_int(limited) + zero_point, low, high);
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

#define TVMK_DEQUANTIZE(from)                                                                                           \
    TVMK_SHARED void tvmk_dequantize_##from(const from##_t *in, float *out, int32_t count, float scale, int32_t zero) { \
        for (int32_t i = 0; i < count; i++) {                                                                           \
            out[i] = tvmk_exact(scale * (float)(in[i] - zero));                                                         \
        }                                                                                                               \
    }

TVMK_DEQUANTIZE(int8)
TVMK_DEQUANTIZE(uint8)
TVMK_DEQUANTIZE(int16)

#endif
