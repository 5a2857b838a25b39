/* FULLY_CONNECTED on int8, weights [unit][input]. No scratch. */
#ifndef TVMK_FULLY_CONNECTED_H
#define TVMK_FULLY_CONNECTED_H

#include "base.h"
#include "dsp.h"
#include "mve.h"

typedef struct {
    const void *weights; /* int8_t as in the file; with TVMK_DSP int16_t, packed, but for …_unpacked */
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

/* General output form, weights as in the file, on every core but those with MVE: where weights can't be packed. */
#if !TVMK_MVE
TVMK_SHARED void tvmk_fully_connected_unpacked(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 1);
}
#endif

#if TVMK_DSP

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    int32_t inputs = l->inputs, units = l->units;
    int32_t rest[2];
    tvmk_dsp_units_t t = {in,   0, rest, 0, 4 * ((inputs + 1) / 2), 2 * l->output.zero_point + 1, (const int32_t *)l->weights,
                          l->output.table, units};
    int clamps = l->output.low != -128 || l->output.high != 127;
    for (int32_t b = l->batches; b > 0; b--, out += units) {
        t.x_end = t.x + (inputs & ~3);
        t.rest_end = tvmk_widen_run(rest, t.x_end, inputs & 3, 1);
        tvmk_dsp_units(out, &t);
        for (int32_t c = 0; c < units && clamps; c++) {
            out[c] = (int8_t)tvmk_clamp(out[c], l->output.low, l->output.high);
        }
        t.x += inputs;
    }
}

/* General output form: sums of a few units at a time. */
TVMK_SHARED void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    enum { UNITS = 16 };
    int32_t inputs = l->inputs, row = 4 * ((inputs + 1) / 2);
    int32_t rest[2], sums[UNITS];
    for (int32_t b = l->batches; b > 0; b--, in += inputs) {
        const int8_t *weights = (const int8_t *)l->weights;
        const int8_t *end = in + (inputs & ~3);
        const int32_t *rest_end = tvmk_widen_run(rest, end, inputs & 3, 1);
        for (int32_t c = 0; c < l->units; c += UNITS, weights += UNITS / 2 * row) {
            int32_t n = tvmk_min(l->units - c, UNITS);
            tvmk_dsp_units_t t = {in, end, rest, rest_end, row, 0, (const int32_t *)(const void *)weights, 0, n};
            tvmk_dsp_units_sums(sums, &t);
            for (int32_t i = 0; i < n; i++) {
                *out++ = tvmk_requantize(sums[i], &l->output, c + i, 1);
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
TVMK_SHARED void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs, out += l->units) {
        tvmk_mve_position_general(in, (const int8_t *)l->weights, l->inputs, l->units, &l->output, out);
    }
}
TVMK_INLINE void tvmk_fully_connected_unpacked(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_general(l, in, out);
}

#else

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 0);
}
TVMK_INLINE void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_unpacked(l, in, out);
}

#endif

#endif
