/* CONV_2D with weights of int4 in C: two positions times two channels at a time, as conv_2d_portable.h. */
#ifndef TVMK_CONV_2D_INT4_PORTABLE_H
#define TVMK_CONV_2D_INT4_PORTABLE_H

#include "conv_2d_portable.h"
#include "int4.h"

#if !TVMK_DSP && !TVMK_MVE

/* Products of one pair of channels with the columns of two positions. */
TVMK_INLINE void tvmk_conv_2d_int4_products(const uint8_t *w, const int8_t *x0, const int8_t *x1, int32_t depth,
                                            int32_t *sums) {
    int32_t a00 = sums[0], a10 = sums[0], a01 = sums[1], a11 = sums[1];
#define TVMK_CONV_2D_INT4_STEP(k)                                        \
    do {                                                                 \
        uint8_t pair = w[k];                                             \
        int32_t wa = tvmk_int4_first(pair), wb = tvmk_int4_second(pair); \
        int32_t xa = x0[k], xb = x1[k];                                  \
        a00 += wa * xa;                                                  \
        a01 += wa * xb;                                                  \
        a10 += wb * xa;                                                  \
        a11 += wb * xb;                                                  \
    } while (0)
    for (; depth >= 4; depth -= 4, x0 += 4, x1 += 4, w += 4) {
        TVMK_CONV_2D_INT4_STEP(0);
        TVMK_CONV_2D_INT4_STEP(1);
        TVMK_CONV_2D_INT4_STEP(2);
        TVMK_CONV_2D_INT4_STEP(3);
    }
    for (; depth > 0; depth--, x0++, x1++, w++) {
        TVMK_CONV_2D_INT4_STEP(0);
    }
#undef TVMK_CONV_2D_INT4_STEP
    sums[0] = a00;
    sums[1] = a01;
    sums[2] = a10;
    sums[3] = a11;
}

TVMK_INLINE void tvmk_conv_2d_int4_plain(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                         int general) {
    int32_t depth = l->window_height * l->window_width * l->in_channels;
    int32_t channels = l->out_channels;
    int32_t row = tvmk_int4_row(depth);
    int8_t *columns = (int8_t *)scratch;
    int32_t oy = 0, ox = 0, count = 2;
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= count, out += count * channels) {
        const uint8_t *w = (const uint8_t *)l->weights;
        int32_t start[2] = {0, 0};
        count = tvmk_min(left, 2);
        for (int32_t i = 0; i < count; i++) {
            tvmk_conv_2d_column(l, in, oy, ox, columns + i * depth);
            start[i] = tvmk_int4_start(columns + i * depth, depth);
            if (++ox == l->out_width) {
                ox = 0;
                oy++;
            }
        }
        for (int32_t c = 0; c < channels; c += 2, w += row) {
            int32_t sums[4] = {start[0], start[1], 0, 0};
            tvmk_conv_2d_int4_products(w, columns, columns + (count - 1) * depth, depth, sums);
            for (int32_t i = 0; i < tvmk_min(channels - c, 2); i++) {
                for (int32_t p = 0; p < count; p++) {
                    out[p * channels + c + i] = tvmk_requantize(sums[2 * i + p], &l->requant, c + i, general);
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_conv_2d_int4(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_int4_plain(l, in, out, scratch, 0);
}
TVMK_SHARED void tvmk_conv_2d_int4_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_int4_plain(l, in, out, scratch, 1);
}

#endif

#endif
