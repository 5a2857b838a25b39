/* PRELU on int8: elements below 0 are multiplied by alpha. */
#ifndef TVMK_PRELU_H
#define TVMK_PRELU_H

#include "broadcast.h"

typedef struct {
    int32_t rising, falling; /* mantissas: at 0 and above; below, with the scale of alpha */
    int32_t rising_shift, falling_shift;
    int32_t zero_point, zero_point_alpha, zero_point_out;
} tvmk_prelu_t;

TVMK_INLINE int8_t tvmk_prelu_one(const tvmk_prelu_t *l, int32_t x, int32_t alpha) {
    int32_t y;
    x -= l->zero_point;
    if (x >= 0) {
        y = tvmk_multiply(x, l->rising, l->rising_shift);
    } else {
        y = tvmk_multiply(x * (alpha - l->zero_point_alpha), l->falling, l->falling_shift);
    }
    return (int8_t)tvmk_clamp(y + l->zero_point_out, -128, 127);
}

TVMK_SHARED void tvmk_prelu(const tvmk_prelu_t *l, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2,
                            int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, tvmk_prelu_one(l, x, y))
}

#endif
