/* Sums of packed rows of weights with the DSP extension. */
#ifndef TVMK_UNIT_SUMS_DSP_H
#define TVMK_UNIT_SUMS_DSP_H

#include "dsp_units.h"
#include "unit_sums_portable.h"

#if TVMK_DSP

/* The sums of packed rows; returns 0 if they are not packed. */
TVMK_INLINE int tvmk_unit_sums_packed(const tvmk_unit_rows_t *l, int32_t first, int32_t count, const int8_t *x, int32_t *sums) {
    if (!l->packed) {
        return 0;
    }
    int32_t inputs = l->inputs;
    int32_t tail[2], row = 4 * ((inputs + 1) / 2);
    const int8_t *end = x + (inputs & ~3);
    const int8_t *weights = (const int8_t *)l->weights + (size_t)first / 2u * (size_t)row;
    const int32_t *tail_end = tvmk_widen_run(tail, end, inputs & 3, 1);
    tvmk_dsp_units_t t = {x, end, tail, tail_end, 0, row, (const int32_t *)(const void *)weights, 0, count};
    tvmk_dsp_units_sums(sums, &t);
    const int32_t *raised = l->raised;
    for (int32_t i = 0; i < l->raised_count; i++, raised += 2) {
        if (raised[0] >= first && raised[0] < first + count) {
            sums[raised[0] - first] -= x[raised[1]];
        }
    }
    return 1;
}

#endif

#endif
