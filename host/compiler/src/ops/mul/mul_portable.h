/* MUL on int8, in portable C: a row of products, requantised. */
#ifndef TVMK_MUL_PORTABLE_H
#define TVMK_MUL_PORTABLE_H

#include "base.h"

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

#if !TVMK_DSP && !TVMK_MVE

/* n products with shifts of -22 to -1: of the first input every `step1`-th element, of the second all. */
TVMK_INLINE void tvmk_mul_row(const tvmk_mul_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int8_t *out,
                              int32_t n) {
    int32_t mantissa = l->mantissa, shift = -l->shift, zero2 = 2 * l->zero_point2, zero1 = l->zero_point1;
    int32_t rounding = (2 * l->zero_point_out + 1) * (INT32_C(1) << (shift - 1));
    for (const int8_t *end = in2 + n; in2 != end; in1 += step1) {
        int32_t doubled = (*in1 - zero1) * (2 * *in2++ - zero2);
        int32_t y = tvmk_scale_doubled(doubled, mantissa, rounding) >> shift;
        *out++ = (int8_t)tvmk_clamp(y, l->low, l->high);
    }
}

#endif

#if !TVMK_DSP

/* The bytes are already in the range. */
TVMK_INLINE void tvmk_mul_clamp(const tvmk_mul_t *l, int8_t *out, int32_t n) { (void)l, (void)out, (void)n; }

#endif

#endif
