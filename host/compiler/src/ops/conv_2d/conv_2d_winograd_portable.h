/* Winograd's F(2 x 2, 3 x 3) in portable C: see winograd.h. */
#ifndef TVMK_CONV_2D_WINOGRAD_PORTABLE_H
#define TVMK_CONV_2D_WINOGRAD_PORTABLE_H

#include "conv_2d_portable.h"
#include "winograd.h"

/* The C of the two functions that the DSP extension has in assembly; the first needs unaligned access there. */
#if !TVMK_DSP || !defined(__ARM_FEATURE_UNALIGNED)

/* The values of two tiles from 4 x 6 elements, whose rows are `distance` bytes apart; channels are a multiple of 4. */
TVMK_SHARED void tvmk_winograd_input(int32_t *values, const int8_t *x, int32_t distance, int32_t channels) {
    int16_t *to = (int16_t *)values;
    int32_t next = 2 * channels; /* from a row's frequency to the next */
    for (int32_t c = 0; c < channels; c++) {
        /* Rows 1, 2, 0, 3; of four channels 0 and 2, then 1 and 3. */
        int16_t rows[4][6], *v = to + 4 * (c / 4 * 2 + c % 2) + c % 4 / 2;
        const int8_t *from = x + c;
        for (int32_t j = 0; j < 6; j++, from += channels) {
            int32_t x0 = from[0], x1 = from[distance], x2 = from[2 * distance], x3 = from[3 * distance];
            rows[0][j] = (int16_t)(x1 + x2);
            rows[1][j] = (int16_t)(x2 - x1);
            rows[2][j] = (int16_t)(x0 - x2);
            rows[3][j] = (int16_t)(x3 - x1);
        }
        for (int32_t i = 0; i < 4; i++, v += next) {
            int32_t x0 = rows[i][0], x1 = rows[i][1], x2 = rows[i][2], x3 = rows[i][3], x4 = rows[i][4], x5 = rows[i][5];
            int16_t *w = v;
            w[0] = (int16_t)(x0 - x2);
            w[2] = (int16_t)(x2 - x4);
            w += 4 * next;
            w[0] = (int16_t)(x1 + x2);
            w[2] = (int16_t)(x3 + x4);
            w += 4 * next;
            w[0] = (int16_t)(x2 - x1);
            w[2] = (int16_t)(x4 - x3);
            w += 4 * next;
            w[0] = (int16_t)(x3 - x1);
            w[2] = (int16_t)(x5 - x3);
        }
    }
}

#endif

#if !TVMK_DSP

/* Adds the products of one frequency to the sums of four channels at two tiles; returns the next frequency's weights. */
TVMK_INLINE const int16_t *tvmk_winograd_products(const int16_t *w, const int16_t *v, int32_t pairs, uint32_t *sums) {
    for (int32_t c = 0; c < 4; c += 2, sums += 4) {
        const int16_t *u = w + 2 * c, *x = v;
        uint32_t a00 = sums[0], a01 = sums[1], a10 = sums[2], a11 = sums[3];
        for (int32_t k = pairs; k > 0; k--, u += 8, x += 4) {
            int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
            int32_t u0 = u[0], u1 = u[1], u2 = u[2], u3 = u[3];
            a00 += (uint32_t)(u0 * x0) + (uint32_t)(u1 * x1);
            a01 += (uint32_t)(u0 * x2) + (uint32_t)(u1 * x3);
            a10 += (uint32_t)(u2 * x0) + (uint32_t)(u3 * x1);
            a11 += (uint32_t)(u2 * x2) + (uint32_t)(u3 * x3);
        }
        sums[0] = a00;
        sums[1] = a01;
        sums[2] = a10;
        sums[3] = a11;
    }
    return w + 8 * pairs;
}

/* Two rows of sums of one column's frequency; returns the next one's weights. */
TVMK_INLINE const int16_t *tvmk_winograd_column(const int16_t *w, const int16_t *v, int32_t pairs, uint32_t *sums) {
    uint32_t first[8] = {0, 0, 0, 0, 0, 0, 0, 0}, second[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    w = tvmk_winograd_products(w, v, pairs, first);
    w = tvmk_winograd_products(w, v + 4 * pairs, pairs, second);
    for (int32_t i = 0; i < 8; i++) {
        sums[i] = first[i] + second[i];
        sums[8 + i] = first[i] - second[i];
    }
    w = tvmk_winograd_products(w, v + 8 * pairs, pairs, sums);
    return tvmk_winograd_products(w, v + 12 * pairs, pairs, sums + 8);
}

/* 2 x 4 outputs. */
TVMK_INLINE void tvmk_conv_2d_winograd_outputs(const tvmk_conv_2d_t *l, const tvmk_winograd_t *t, int8_t *out) {
    const int16_t *w = t->weights;
    uint32_t *sums = (uint32_t *)t->sums;
    for (int32_t b = 0; b < t->blocks; b++) {
        const int16_t *v = (const int16_t *)t->values;
        for (int32_t j = 0; j < 4; j++, v += 16 * t->pairs) {
            w = tvmk_winograd_column(w, v, t->pairs, sums + 16 * j);
        }
        for (int32_t i = 0; i < 16; i++) {
            /* Row, channel and tile. */
            const uint32_t *s = sums + i;
            int32_t c = 4 * b + i % 8 / 2;
            int8_t *o = out + i / 8 * t->row + i % 2 * 2 * t->step + c;
            *o = tvmk_requantize((int32_t)(s[0] + s[16] + s[32]) >> 2, &l->requant, c, 0);
            o[t->step] = tvmk_requantize((int32_t)(s[16] - s[32] + s[48]) >> 2, &l->requant, c, 0);
        }
    }
}

#endif

#endif
