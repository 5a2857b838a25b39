/* SQUARED_DIFFERENCE of integers: those with a scale are brought to a common one first, others wrap. */
#ifndef TVMK_SQUARED_DIFFERENCE_H
#define TVMK_SQUARED_DIFFERENCE_H

#include "broadcast.h"

typedef struct {
    int32_t mantissa1, mantissa2, mantissa_out;
    int32_t shift1, shift2; /* zero or to the right, as positive numbers */
    int32_t shift_out;      /* to the left */
    int32_t zero_point1, zero_point2, zero_point_out;
    int32_t factor; /* of both inputs: 128 on int8, 1 on int16, so that squares fit in 31 bits */
    int32_t low, high;
} tvmk_squared_difference_t;

TVMK_INLINE int32_t tvmk_squared_difference_one(const tvmk_squared_difference_t *l, int32_t x, int32_t y) {
    int32_t x1 = tvmk_divide_by_pot(tvmk_high_mul((x - l->zero_point1) * l->factor, l->mantissa1), l->shift1);
    int32_t x2 = tvmk_divide_by_pot(tvmk_high_mul((y - l->zero_point2) * l->factor, l->mantissa2), l->shift2);
    int32_t square = tvmk_multiply((x1 - x2) * (x1 - x2), l->mantissa_out, l->shift_out);
    return tvmk_clamp(square + l->zero_point_out, l->low, l->high);
}

TVMK_SHARED void tvmk_squared_difference_int8(const tvmk_squared_difference_t *l, const tvmk_broadcast_t *s, const int8_t *in1,
                                              const int8_t *in2, int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, (int8_t)tvmk_squared_difference_one(l, x, y))
}

TVMK_SHARED void tvmk_squared_difference_int16(const tvmk_squared_difference_t *l, const tvmk_broadcast_t *s,
                                               const int16_t *in1, const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, (int16_t)tvmk_squared_difference_one(l, x, y))
}

TVMK_SHARED void tvmk_squared_difference_int32(const tvmk_broadcast_t *s, const int32_t *in1, const int32_t *in2,
                                               int32_t *out) {
    TVMK_BROADCAST_LOOPS(s, int32_t, in1, in2, out, (int32_t)(((uint32_t)x - (uint32_t)y) * ((uint32_t)x - (uint32_t)y)))
}

#endif
