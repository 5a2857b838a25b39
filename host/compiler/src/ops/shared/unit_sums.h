/* Sums of products of one vector of int8 with rows of weights, for operators that go on with 32 bits: LSTM. */
#ifndef TVMK_UNIT_SUMS_H
#define TVMK_UNIT_SUMS_H

#include "unit_sums_portable.h"
#include "unit_sums_dsp.h"
#include "unit_sums_mve.h"

/* Sums of `count` rows from row `first` on, both multiples of four. */
TVMK_SHARED void tvmk_unit_sums(const tvmk_unit_rows_t *l, int32_t first, int32_t count, const int8_t *x, int32_t *sums) {
    if (tvmk_unit_sums_packed(l, first, count, x, sums)) {
        return;
    }
    const int8_t *weights = (const int8_t *)l->weights + (size_t)first * (size_t)l->inputs;
    for (; count > 0; count -= 4, sums += 4, weights += 4 * (size_t)l->inputs) {
        tvmk_unit_sums_four(x, weights, l->inputs, sums);
    }
}

#endif
