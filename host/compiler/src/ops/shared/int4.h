/* Weights of int4, two in a byte: 16 · (second + 8) + first + 8. Both halves are numbers from 0 to 15, so that a mask separates them
 * without a sign to extend, and sums of products are too large by 8 · Σ activations, which is the same for all channels.
 *
 * For CONV_2D and FULLY_CONNECTED the two weights are those of two output channels at the same position: [pair of channels][position],
 * rows of tvmk_int4_row bytes. A missing channel or position has weights of 0.
 */
#ifndef TVMK_INT4_H
#define TVMK_INT4_H

#include "base.h"

/* Bytes of the weights of two channels. */
TVMK_INLINE int32_t tvmk_int4_row(int32_t depth) { return (depth + 3) / 4 * 4; }

TVMK_INLINE int32_t tvmk_int4_first(uint8_t pair) { return pair & 15; }
TVMK_INLINE int32_t tvmk_int4_second(uint8_t pair) { return pair >> 4; }

/* The start value of sums: -8 · Σ activations. With the DSP extension and MVE it is computed with the products. */
#if !TVMK_DSP && !TVMK_MVE
TVMK_INLINE int32_t tvmk_int4_start(const int8_t *x, int32_t depth) {
    int32_t sum = 0;
    for (; depth > 0; depth--) {
        sum += *x++;
    }
    return -8 * sum;
}
#endif

#endif
