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
