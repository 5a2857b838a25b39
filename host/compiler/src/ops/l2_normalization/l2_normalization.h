/* L2_NORMALIZATION on int8: rows of length 1, with 7 fractional bits. The output may overwrite the input. */
#ifndef TVMK_L2_NORMALIZATION_H
#define TVMK_L2_NORMALIZATION_H

#include "fixed_point.h"

TVMK_SHARED void tvmk_l2_normalization(const int8_t *in, int8_t *out, int32_t zero_point, int32_t rows, int32_t depth) {
    for (; rows > 0; rows--, in += depth, out += depth) {
        int32_t sum = 0;
        for (int32_t i = 0; i < depth; i++) {
            int32_t x = in[i] - zero_point;
            sum += x * x;
        }
        int32_t shift;
        int32_t mantissa = tvmk_inverse_square_root(sum, &shift);
        for (int32_t i = 0; i < depth; i++) {
            out[i] = (int8_t)tvmk_clamp(tvmk_multiply(in[i] - zero_point, mantissa, shift + 7), -128, 127);
        }
    }
}

#endif
