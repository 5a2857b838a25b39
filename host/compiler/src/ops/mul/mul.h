/* MUL: product of two int8 tensors, requantised. */
#ifndef TVMK_MUL_H
#define TVMK_MUL_H

#include "broadcast.h"

typedef struct {
    int32_t mantissa, shift;
    int16_t zero_point1, zero_point2, zero_point_out;
    int8_t low, high;
} tvmk_mul_t;

/* (x − zero point 1) · (y − zero point 2) is below 2^16. */
TVMK_INLINE int8_t tvmk_mul_one(const tvmk_mul_t *l, int32_t x, int32_t y) {
    int32_t product = tvmk_multiply((x - l->zero_point1) * (y - l->zero_point2), l->mantissa, l->shift);
    return (int8_t)tvmk_clamp(product + l->zero_point_out, l->low, l->high);
}

TVMK_SHARED void tvmk_mul(const tvmk_mul_t *l, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2,
                          int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, tvmk_mul_one(l, x, y))
}

#endif
