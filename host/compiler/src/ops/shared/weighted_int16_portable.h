/* Products of int16 and int8 in portable C. */
#ifndef TVMK_WEIGHTED_INT16_PORTABLE_H
#define TVMK_WEIGHTED_INT16_PORTABLE_H

#include "base.h"

#if !TVMK_DSP

/* x · factor / 2^32, halves up. */
TVMK_INLINE int32_t tvmk_int16_scale(int32_t x, int32_t factor) {
    return (int32_t)(((int64_t)x * factor + ((int64_t)1 << 31)) >> 32);
}

/* The products of four neighbouring elements with four weights, each added to a sum of its own. */
TVMK_INLINE void tvmk_int16_four_taps(const int16_t *x, const int8_t *w, int32_t *sums) {
    for (int32_t i = 0; i < 4; i++) {
        sums[i] += (int32_t)x[i] * w[i];
    }
}

#endif

#if !TVMK_MVE

/* Adds the products of n elements of one or two columns with two channels: sums[0], [1] of the first column. */
TVMK_INLINE void tvmk_int16_add_products(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                         int32_t *sums, int two) {
    for (int32_t i = 0; i < n; i++) {
        sums[0] += (int32_t)x0[i] * w0[i];
        sums[1] += (int32_t)x0[i] * w1[i];
        if (two) {
            sums[2] += (int32_t)x1[i] * w0[i];
            sums[3] += (int32_t)x1[i] * w1[i];
        }
    }
}

#endif

#if !TVMK_DSP && !TVMK_MVE

/* The products of n elements of one or two columns with two channels: sums[0], [1] of the first column. */
TVMK_INLINE void tvmk_int16_products(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                     int32_t *sums, int two) {
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    tvmk_int16_add_products(w0, w1, x0, x1, n, sums, two);
}

#endif

#endif
