/* LOG_SOFTMAX on float32: rows of `depth` elements. The output may overwrite the input. */
#ifndef TVMK_LOG_SOFTMAX_FLOAT_H
#define TVMK_LOG_SOFTMAX_FLOAT_H

#include "float_math.h"

TVMK_SHARED void tvmk_float_log_softmax(const float *in, float *out, int32_t rows, int32_t depth) {
    for (; rows > 0; rows--, in += depth, out += depth) {
        float largest = -FLT_MAX;
        float sum = 0.0f;
        for (int32_t i = 0; i < depth; i++) {
            largest = tvmk_exact(in[i]) > largest ? in[i] : largest;
        }
        for (int32_t i = 0; i < depth; i++) {
            sum = tvmk_exact(sum + tvmk_exp(tvmk_exact(in[i] - largest)));
        }
        float log_sum = tvmk_log(sum);
        for (int32_t i = 0; i < depth; i++) {
            out[i] = tvmk_float_result(tvmk_exact(in[i] - largest) - log_sum);
        }
    }
}

#endif
