/* Convolutions on int16 in portable C: two positions by two channels. */
#ifndef TVMK_WEIGHTED_INT16_PORTABLE_H
#define TVMK_WEIGHTED_INT16_PORTABLE_H

#include "window_int16.h"

#if !TVMK_DSP && !TVMK_MVE

enum { TVMK_INT16_POSITIONS = 2 };

/* The products of n elements of one or two columns with two channels: sums[0], [1] of the first column. */
TVMK_INLINE void tvmk_int16_products(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                     int32_t *sums, int two) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t i = 0; i < n; i++) {
        a += (int32_t)x0[i] * w0[i];
        b += (int32_t)x0[i] * w1[i];
        if (two) {
            c += (int32_t)x1[i] * w0[i];
            d += (int32_t)x1[i] * w1[i];
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* One group of channels at one or two positions, whose columns are x0 and x1, to out0 and out1. */
TVMK_INLINE void tvmk_int16_channels(const tvmk_int16_window_t *l, int32_t group, int32_t depth, const int16_t *x0,
                                     const int16_t *x1, int16_t *out0, int16_t *out1, int two, int form) {
    const int8_t *weights = (const int8_t *)l->weights;
    int32_t end = (group + 1) * l->group_out;
    for (int32_t c = group * l->group_out; c < end; c += 2) {
        int32_t next = c + 1 < end ? c + 1 : c;
        const int8_t *w0 = weights + c * depth, *w1 = weights + next * depth;
        int64_t sums[4] = {0, 0, 0, 0};
        int32_t part[4];
        if (form == TVMK_INT16_WIDE) {
            for (int32_t k = 0; k < depth; k += TVMK_INT16_BLOCK) {
                int32_t n = tvmk_min(depth - k, TVMK_INT16_BLOCK);
                tvmk_int16_products(w0 + k, w1 + k, x0 + k, x1 + k, n, part, two);
                for (int32_t i = 0; i < 4; i++) {
                    sums[i] += part[i];
                }
            }
        } else {
            tvmk_int16_products(w0, w1, x0, x1, depth, part, two);
            sums[0] = part[0];
            sums[1] = part[1];
            sums[2] = part[2];
            sums[3] = part[3];
        }
        out0[c] = tvmk_int16_finish(l, sums[0], c, form);
        if (two) {
            out1[c] = tvmk_int16_finish(l, sums[2], c, form);
        }
        if (next > c) {
            out0[next] = tvmk_int16_finish(l, sums[1], next, form);
        }
        if (two && next > c) {
            out1[next] = tvmk_int16_finish(l, sums[3], next, form);
        }
    }
}

/* One or two positions from p on. Weights [output channel][row][column][input channel of the group]; scratch: two columns, not used
 * where the layer is pointwise. */
TVMK_INLINE void tvmk_int16_positions(const tvmk_int16_window_t *l, const int16_t *in, int32_t p, int32_t count, int16_t *out,
                                      int16_t *scratch, int form) {
    int32_t depth = (int32_t)l->window_height * l->window_width * l->group_in;
    for (int32_t first = 0, group = 0; first < l->in_channels; first += l->group_in, group++) {
        const int16_t *x0 = in + p * l->in_channels, *x1 = x0 + l->in_channels;
        if (!l->pointwise) {
            x0 = scratch;
            x1 = scratch + depth;
            tvmk_int16_column(l, in, p, first, scratch);
            if (count > 1) {
                tvmk_int16_column(l, in, p + 1, first, scratch + depth);
            }
        }
        if (count > 1) {
            tvmk_int16_channels(l, group, depth, x0, x1, out, out + l->out_column, 1, form);
        } else {
            tvmk_int16_channels(l, group, depth, x0, x0, out, out, 0, form);
        }
    }
}

#endif

#endif
