/* SUB: difference of two int8 tensors, brought to a common scale with 20 more bits. */
#ifndef TVMK_SUB_H
#define TVMK_SUB_H

#include "broadcast.h"

typedef struct {
    int32_t mantissa1, mantissa2, mantissa_out;
    int8_t shift1, shift2, shift_out; /* zero or to the right, as positive numbers */
    int16_t zero_point1, zero_point2, zero_point_out;
    int8_t low, high;
} tvmk_sub_t;

/* (input − zero point) · 2^20 is below 2^28, a scaled input at most half of that. */
TVMK_INLINE int8_t tvmk_sub_one(const tvmk_sub_t *l, int32_t x, int32_t y) {
    int32_t x1 = tvmk_divide_by_pot(tvmk_high_mul((x - l->zero_point1) * (INT32_C(1) << 20), l->mantissa1), l->shift1);
    int32_t x2 = tvmk_divide_by_pot(tvmk_high_mul((y - l->zero_point2) * (INT32_C(1) << 20), l->mantissa2), l->shift2);
    int32_t difference = tvmk_divide_by_pot(tvmk_high_mul(x1 - x2, l->mantissa_out), l->shift_out);
    return (int8_t)tvmk_clamp(difference + l->zero_point_out, l->low, l->high);
}

TVMK_SHARED void tvmk_sub(const tvmk_sub_t *l, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2, int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, tvmk_sub_one(l, x, y))
}

#endif
