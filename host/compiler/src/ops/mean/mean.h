/* MEAN and SUM over any dimensions, int8 and int16. */
#ifndef TVMK_MEAN_H
#define TVMK_MEAN_H

#include "reduce.h"

typedef struct {
    int32_t mantissa, shift; /* for MEAN with the division by the number of elements */
    int32_t zeros;           /* input zero point times number of elements */
    int16_t zero_point;
} tvmk_mean_t;

TVMK_INLINE int32_t tvmk_mean_one(const tvmk_mean_t *l, int32_t sum, int32_t low, int32_t high) {
    return tvmk_clamp(tvmk_multiply(sum - l->zeros, l->mantissa, l->shift) + l->zero_point, low, high);
}

TVMK_SHARED void tvmk_mean(const tvmk_mean_t *l, const tvmk_reduce_t *s, const int8_t *in, int8_t *out) {
    TVMK_REDUCE_LOOPS(s, int8_t, in, out, int32_t, 0, value += *p, (int8_t)tvmk_mean_one(l, value, -128, 127))
}

TVMK_SHARED void tvmk_mean_int16(const tvmk_mean_t *l, const tvmk_reduce_t *s, const int16_t *in, int16_t *out) {
    TVMK_REDUCE_LOOPS(s, int16_t, in, out, int32_t, 0, value += *p, (int16_t)tvmk_mean_one(l, value, -32768, 32767))
}

#endif
