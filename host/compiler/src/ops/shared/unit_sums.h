/* Sums of products of one vector of int8 with rows of weights, for operators that continue with 16 bits or more: LSTM, SVDF. */
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

/* Rows and how their sums are rounded: a table of base.h's forms. */
typedef struct {
    tvmk_unit_rows_t rows;
    const int32_t *table;
    int32_t is_short;
} tvmk_unit_scaled_t;

/* The sums, rounded, with `zero_point`, in the range of int16. */
TVMK_SHARED void tvmk_unit_scaled(const tvmk_unit_scaled_t *l, int32_t first, int32_t rows, const int8_t *x, int32_t zero_point,
                                  int32_t *out) {
    tvmk_unit_sums(&l->rows, first, rows, x, out);
    if (l->is_short) {
        const int32_t *table = l->table + TVMK_SHORT_WORDS * first;
        for (int32_t i = 0; i < rows; i++, table += TVMK_SHORT_WORDS) {
            out[i] = tvmk_clamp_int16(tvmk_requantize_short(out[i], table, zero_point));
        }
    } else {
        const int32_t *table = l->table + TVMK_GENERAL_WORDS * first;
        for (int32_t i = 0; i < rows; i++, table += TVMK_GENERAL_WORDS) {
            out[i] = tvmk_clamp_int16(tvmk_requantize_general(out[i], table, zero_point));
        }
    }
}

#endif
