/* ADD_N: sum of int8 tensors of one scale and zero point. An output may overwrite any of the inputs. */
#ifndef TVMK_ADD_N_H
#define TVMK_ADD_N_H

#include "base.h"

typedef struct {
    int32_t inputs, count;
    int32_t mantissa, shift; /* shift to the right, as a positive number */
    int32_t zero_points;     /* the start of each sum: one more than there are inputs, as in the reference */
    int32_t zero_point_out;
} tvmk_add_n_t;

/* Sums stay below 2^12 (checked by the compiler) and have 19 more bits for the product. */
TVMK_SHARED void tvmk_add_n(const tvmk_add_n_t *l, const int8_t *const *in, int8_t *out) {
    for (int32_t i = 0; i < l->count; i++) {
        int32_t sum = -l->zero_points;
        for (int32_t k = 0; k < l->inputs; k++) {
            sum += in[k][i];
        }
        sum = tvmk_divide_by_pot(tvmk_high_mul(sum * (INT32_C(1) << 19), l->mantissa), l->shift);
        out[i] = (int8_t)tvmk_clamp(sum + l->zero_point_out, -128, 127);
    }
}

#endif
