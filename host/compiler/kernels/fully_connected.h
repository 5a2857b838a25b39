/* FULLY_CONNECTED on int8, weights [unit][input]. No scratch. */
#ifndef TVMK_FULLY_CONNECTED_H
#define TVMK_FULLY_CONNECTED_H

#include "base.h"
#include "dsp.h"
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

/* Sums of four units from two streams of packed weights: first and second unit of each stream. */
typedef struct {
    int32_t first0, second0, first1, second1;
} tvmk_fully_connected_sums_t;

/* Adds n inputs, widened on the way; then `count` pairs widened before. */
TVMK_INLINE void tvmk_fully_connected_block(tvmk_fully_connected_sums_t *sums, const int8_t *x, int32_t n, const int32_t *w0,
                                            const int32_t *w1, const int32_t *rest, int32_t count) {
    int32_t s[4] = {0, 0, 0, 0}; /* first and both of each stream */
    if (n > 0) {
        tvmk_dsp_vector(x, w0, w1, x + n, s);
        w0 += n / 2;
        w1 += n / 2;
    }
    for (int32_t k = 0; k < count; k++) {
        s[0] = tvmk_mla2(tvmk_widen_even((uint32_t)w0[k]), rest[k], s[0]);
        s[1] = tvmk_mla2(w0[k], rest[k], s[1]);
        s[2] = tvmk_mla2(tvmk_widen_even((uint32_t)w1[k]), rest[k], s[2]);
        s[3] = tvmk_mla2(w1[k], rest[k], s[3]);
    }
    sums->first0 += s[0];
    sums->second0 += (int32_t)((uint32_t)s[1] - (uint32_t)s[0]) >> 8;
    sums->first1 += s[2];
    sums->second1 += (int32_t)((uint32_t)s[3] - (uint32_t)s[2]) >> 8;
}

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *layer, const int8_t *in, int8_t *out) {
    /* A copy: as far as the compiler knows, outputs could overwrite *layer. */
    const tvmk_fully_connected_t l = *layer;
    int32_t pairs = (l.inputs + 1) / 2, whole = l.inputs & ~3;
    for (int32_t b = 0; b < l.batches; b++, in += l.inputs) {
        const int32_t *w0 = (const int32_t *)l.weights;
        const int32_t *table = l.output.table;
        int32_t rest[2] = {0, 0};
        int32_t count = (int32_t)(tvmk_widen_run(rest, in + whole, l.inputs - whole, 1) - rest);
        for (int32_t c = l.units; c > 0; c -= 4, w0 += 2 * pairs) {
            const int32_t *w1 = c > 2 ? w0 + pairs : w0;
            tvmk_fully_connected_sums_t sums = {0, 0, 0, 0};
            int32_t k = 0;
            for (; whole - k > TVMK_FULLY_CONNECTED_BLOCK; k += TVMK_FULLY_CONNECTED_BLOCK) {
                tvmk_fully_connected_block(&sums, in + k, TVMK_FULLY_CONNECTED_BLOCK, w0 + k / 2, w1 + k / 2, rest, 0);
            }
            tvmk_fully_connected_block(&sums, in + k, whole - k, w0 + k / 2, w1 + k / 2, rest, count);
            for (int32_t i = 0; i < tvmk_min(c, 4); i++, table += TVMK_SHORT_WORDS) {
                int32_t y = tvmk_requantize_short(sums.first0, table, l.output.zero_point);
                *out++ = (int8_t)tvmk_clamp(y, l.output.low, l.output.high);
                sums.first0 = sums.second0;
                sums.second0 = sums.first1;
                sums.first1 = sums.second1;
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
