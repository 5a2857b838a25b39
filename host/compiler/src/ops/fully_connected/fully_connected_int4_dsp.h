/* FULLY_CONNECTED with weights of int4 and the DSP extension: one routine of assembly a layer (dsp_units_int4.h). */
#ifndef TVMK_FULLY_CONNECTED_INT4_DSP_H
#define TVMK_FULLY_CONNECTED_INT4_DSP_H

#include "dsp_units_int4.h"
#include "fully_connected_portable.h"

#if TVMK_DSP

/* One vector: its end, the last four inputs padded with zeros, the start values of sums. */
TVMK_INLINE void tvmk_fully_connected_int4_vector(tvmk_dsp_units_int4_t *t, const int8_t *x, int32_t inputs, int8_t *last) {
    int32_t whole = inputs & ~3;
    t->x = x;
    t->x_end = x + whole;
    for (int32_t i = 0; i < 4; i++) {
        last[i] = whole + i < inputs ? x[whole + i] : 0;
    }
    t->last = whole < inputs ? last : 0;
    t->first = tvmk_int4_start(x, inputs);
    t->both = 17 * t->first;
}

TVMK_SHARED void tvmk_fully_connected_int4(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    int32_t last[1];
    tvmk_dsp_units_int4_t t;
    int clamps = l->requant.low != -128 || l->requant.high != 127;
    t.row = tvmk_int4_row(l->inputs);
    t.zero = 2 * l->requant.zero_point + 1;
    t.weights = (const uint8_t *)l->weights;
    t.table = l->requant.table;
    t.units = l->units;
    for (int32_t b = l->batches; b > 0; b--, in += l->inputs, out += l->units) {
        tvmk_fully_connected_int4_vector(&t, in, l->inputs, (int8_t *)last);
        tvmk_dsp_units_int4(out, &t);
        for (int32_t c = 0; c < l->units && clamps; c++) {
            out[c] = (int8_t)tvmk_clamp(out[c], l->requant.low, l->requant.high);
        }
    }
}

/* General output form: sums of a few units at a time. */
TVMK_SHARED void tvmk_fully_connected_int4_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    enum { UNITS = 16 };
    int32_t last[1], sums[UNITS];
    tvmk_dsp_units_int4_t t;
    t.row = tvmk_int4_row(l->inputs);
    t.zero = 0;
    t.table = 0;
    for (int32_t b = l->batches; b > 0; b--, in += l->inputs) {
        t.weights = (const uint8_t *)l->weights;
        tvmk_fully_connected_int4_vector(&t, in, l->inputs, (int8_t *)last);
        for (int32_t c = 0; c < l->units; c += UNITS, t.weights += UNITS / 2 * t.row) {
            t.units = tvmk_min(l->units - c, UNITS);
            tvmk_dsp_units_int4_sums(sums, &t);
            for (int32_t i = 0; i < t.units; i++) {
                *out++ = tvmk_requantize(sums[i], &l->requant, c + i, 1);
            }
        }
    }
}

#endif

#endif
