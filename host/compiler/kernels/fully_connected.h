/* FULLY_CONNECTED on int8, weights [unit][input]. No scratch. */
#ifndef TVMK_FULLY_CONNECTED_H
#define TVMK_FULLY_CONNECTED_H

#include "base.h"
#include "mve.h"

typedef struct {
    const void *weights; /* int8_t as in the file; with TVMK_DSP and the short output form int16_t, packed */
    tvmk_output_t output;
    int32_t batches, inputs, units;
} tvmk_fully_connected_t;

TVMK_INLINE void tvmk_fully_connected_plain(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out, int general) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const int8_t *w = (const int8_t *)l->weights;
        for (int32_t c = 0; c < l->units; c++, w += l->inputs) {
            int32_t sum = 0;
            for (int32_t k = 0; k < l->inputs; k++) {
                sum += w[k] * in[k];
            }
            *out++ = tvmk_requantize(sum, &l->output, c, general);
        }
    }
}

TVMK_SHARED void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 1);
}

#if TVMK_DSP

/* Inputs after which packed sums are taken apart: 512 · 127 · 128 fits in the 24 bits of the upper one. */
enum { TVMK_FULLY_CONNECTED_BLOCK = 512 };

/* Four units from two streams of packed weights, n inputs widened on the way: 17 instructions for 16 multiplications. Adds to
 * the sums of first and second unit of each stream. */
TVMK_INLINE void tvmk_fully_connected_block(const int8_t *x, const int32_t *w0, const int32_t *w1, int32_t n, int32_t sums[4]) {
    int32_t first0 = 0, both0 = 0, first1 = 0, both1 = 0;
    const int8_t *end = x + (n & ~3);
    for (; x != end; x += 4, w0 += 2, w1 += 2) {
        uint32_t bytes = tvmk_load4(x);
        int32_t even = tvmk_widen_even(bytes), odd = tvmk_widen_odd(bytes);
        first0 = tvmk_mla2(tvmk_widen_even((uint32_t)w0[0]), even, first0);
        both0 = tvmk_mla2(w0[0], even, both0);
        first0 = tvmk_mla2(tvmk_widen_even((uint32_t)w0[1]), odd, first0);
        both0 = tvmk_mla2(w0[1], odd, both0);
        first1 = tvmk_mla2(tvmk_widen_even((uint32_t)w1[0]), even, first1);
        both1 = tvmk_mla2(w1[0], even, both1);
        first1 = tvmk_mla2(tvmk_widen_even((uint32_t)w1[1]), odd, first1);
        both1 = tvmk_mla2(w1[1], odd, both1);
    }
    if (n & 3) {
        int32_t rest[2];
        int32_t count = (int32_t)(tvmk_widen_run(rest, x, n & 3, 1) - rest);
        for (int32_t k = 0; k < count; k++) {
            first0 = tvmk_mla2(tvmk_widen_even((uint32_t)w0[k]), rest[k], first0);
            both0 = tvmk_mla2(w0[k], rest[k], both0);
            first1 = tvmk_mla2(tvmk_widen_even((uint32_t)w1[k]), rest[k], first1);
            both1 = tvmk_mla2(w1[k], rest[k], both1);
        }
    }
    sums[0] += first0;
    sums[1] += (int32_t)((uint32_t)both0 - (uint32_t)first0) >> 8;
    sums[2] += first1;
    sums[3] += (int32_t)((uint32_t)both1 - (uint32_t)first1) >> 8;
}

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    int32_t pairs = (l->inputs + 1) / 2;
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const int32_t *w = (const int32_t *)l->weights;
        for (int32_t c = 0; c < l->units; c += 4, w += 2 * pairs) {
            const int32_t *w0 = w, *w1 = c + 2 < l->units ? w + pairs : w;
            int32_t sums[4] = {0, 0, 0, 0};
            for (int32_t k = 0; k < l->inputs; k += TVMK_FULLY_CONNECTED_BLOCK) {
                int32_t n = tvmk_min(l->inputs - k, TVMK_FULLY_CONNECTED_BLOCK);
                tvmk_fully_connected_block(in + k, w0 + k / 2, w1 + k / 2, n, sums);
            }
            for (int32_t i = 0; i < 4 && c + i < l->units; i++) {
                *out++ = tvmk_requantize(sums[i], &l->output, c + i, 0);
            }
        }
    }
}

#elif TVMK_MVE

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs, out += l->units) {
        tvmk_mve_position(in, (const int8_t *)l->weights, l->inputs, l->units, &l->output, out);
    }
}

#else

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 0);
}

#endif

#endif
