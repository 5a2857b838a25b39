/* L2_NORMALIZATION on float32: rows of length 1. The output may overwrite the input. */
#ifndef TVMK_L2_NORMALIZATION_FLOAT_H
#define TVMK_L2_NORMALIZATION_FLOAT_H

#include "float_math.h"

TVMK_SHARED void tvmk_float_l2_normalization(const float *in, float *out, int32_t rows, int32_t depth) {
    for (; rows > 0; rows--, in += depth, out += depth) {
        float sum = 0.0f;
        for (int32_t i = 0; i < depth; i++) {
            sum = tvmk_exact(sum + tvmk_exact(in[i] * in[i]));
        }
        float length = tvmk_square_root(sum);
        length = length < 1e-6f ? 1e-6f : length;
        for (int32_t i = 0; i < depth; i++) {
            out[i] = tvmk_float_result(in[i] / length);
        }
    }
}

#endif
