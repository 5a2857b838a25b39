/* FULLY_CONNECTED with the DSP extension: one routine of assembly a layer (dsp_units.h). */
#ifndef TVMK_FULLY_CONNECTED_DSP_H
#define TVMK_FULLY_CONNECTED_DSP_H

#include "dsp_units.h"
#include "fully_connected_portable.h"

#if TVMK_DSP

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    int32_t inputs = l->inputs, units = l->units;
    int32_t tail[2];
    tvmk_dsp_units_t t = {
        in,   0, tail, 0, 2 * l->requant.zero_point + 1, 4 * ((inputs + 1) / 2), (const int32_t *)l->weights, l->requant.table,
        units};
    int clamps = l->requant.low != -128 || l->requant.high != 127;
    for (int32_t b = l->batches; b > 0; b--, out += units) {
        t.x_end = t.x + (inputs & ~3);
        t.tail_end = tvmk_widen_run(tail, t.x_end, inputs & 3, 1);
        tvmk_dsp_units(out, &t);
        for (int32_t c = 0; c < units && clamps; c++) {
            out[c] = (int8_t)tvmk_clamp(out[c], l->requant.low, l->requant.high);
        }
        t.x += inputs;
    }
}

/* General output form: sums of a few units at a time. */
TVMK_SHARED void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    enum { UNITS = 16 };
    int32_t inputs = l->inputs, row = 4 * ((inputs + 1) / 2);
    int32_t tail[2], sums[UNITS];
    for (int32_t b = l->batches; b > 0; b--, in += inputs) {
        const int8_t *weights = (const int8_t *)l->weights;
        const int8_t *end = in + (inputs & ~3);
        const int32_t *tail_end = tvmk_widen_run(tail, end, inputs & 3, 1);
        for (int32_t c = 0; c < l->units; c += UNITS, weights += UNITS / 2 * row) {
            int32_t n = tvmk_min(l->units - c, UNITS);
            tvmk_dsp_units_t t = {in, end, tail, tail_end, 0, row, (const int32_t *)(const void *)weights, 0, n};
            tvmk_dsp_units_sums(sums, &t);
            for (int32_t i = 0; i < n; i++) {
                *out++ = tvmk_requantize(sums[i], &l->requant, c + i, 1);
            }
        }
    }
}

#endif

#endif
