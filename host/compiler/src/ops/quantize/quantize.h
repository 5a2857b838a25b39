/* QUANTIZE between integers of different sizes; `table.h` is used between bytes. */
#ifndef TVMK_QUANTIZE_H
#define TVMK_QUANTIZE_H

#include "base.h"

typedef struct {
    int32_t mantissa, shift;
    int32_t zero_point_in, zero_point_out;
} tvmk_requantize_t;

TVMK_INLINE int32_t tvmk_requantize_one(const tvmk_requantize_t *l, int32_t x, int32_t low, int32_t high) {
    /* Wraps, as the reference's code does. */
    int32_t y = tvmk_multiply((int32_t)((uint32_t)x - (uint32_t)l->zero_point_in), l->mantissa, l->shift);
    return tvmk_clamp((int32_t)((uint32_t)y + (uint32_t)l->zero_point_out), low, high);
}

#define TVMK_REQUANTIZE(from, to, low, high)                                                                    \
    TVMK_SHARED void tvmk_requantize_##from##_##to(const tvmk_requantize_t *l, const from##_t *in, to##_t *out, \
                                                   int32_t count) {                                             \
        for (int32_t i = 0; i < count; i++) {                                                                   \
            out[i] = (to##_t)tvmk_requantize_one(l, in[i], low, high);                                          \
        }                                                                                                       \
    }

TVMK_REQUANTIZE(int8, int16, INT16_MIN, INT16_MAX)
TVMK_REQUANTIZE(int8, int32, INT32_MIN, INT32_MAX)
TVMK_REQUANTIZE(int16, int8, INT8_MIN, INT8_MAX)
TVMK_REQUANTIZE(int16, int16, INT16_MIN, INT16_MAX)
TVMK_REQUANTIZE(int16, int32, INT32_MIN, INT32_MAX)
TVMK_REQUANTIZE(int32, int8, INT8_MIN, INT8_MAX)
TVMK_REQUANTIZE(int32, int16, INT16_MIN, INT16_MAX)

#endif
