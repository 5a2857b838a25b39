/* CUMSUM: sums of all elements up to each, along one dimension. Nothing may overlap. */
#ifndef TVMK_CUMSUM_H
#define TVMK_CUMSUM_H

#include "base.h"

typedef struct {
    int32_t rows, length, step; /* sums of `length` elements that lie `step` apart, `rows` times `step` of them */
    int32_t exclusive, reverse; /* 1 for sums without the element itself, and from the end */
    int32_t mantissa, shift;    /* on int8, as those below; shift to the right, as a positive number */
    int32_t zero_point, zero_point_out;
} tvmk_cumsum_t;

/* Where the sum `column` of row `row` starts; `step` becomes the distance to its next element. */
TVMK_INLINE int32_t tvmk_cumsum_start(const tvmk_cumsum_t *l, int32_t row, int32_t column, int32_t *step) {
    *step = l->reverse ? -l->step : l->step;
    return (row * l->length + (l->reverse ? l->length - 1 : 0)) * l->step + column;
}

/* Sums start at minus the zero point, as in the reference, stay below 2^12 by the compiler's check, and have 19 more bits for the
 * product. */
TVMK_SHARED void tvmk_cumsum(const tvmk_cumsum_t *l, const int8_t *in, int8_t *out) {
    for (int32_t row = 0; row < l->rows; row++) {
        for (int32_t column = 0; column < l->step; column++) {
            int32_t step, sum = -l->zero_point;
            int32_t i = tvmk_cumsum_start(l, row, column, &step);
            for (int32_t n = 0; n < l->length; n++, i += step) {
                int32_t before = sum;
                sum += in[i] - l->zero_point;
                int32_t wanted = (l->exclusive ? before : sum) * (INT32_C(1) << 19);
                int32_t y = tvmk_divide_by_pot(tvmk_high_mul(wanted, l->mantissa), l->shift);
                out[i] = (int8_t)tvmk_clamp(y + l->zero_point_out, -128, 127);
            }
        }
    }
}

#endif
