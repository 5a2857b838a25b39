/* LOGISTIC on float32. The output may overwrite the input. */
#ifndef TVMK_LOGISTIC_FLOAT_H
#define TVMK_LOGISTIC_FLOAT_H

#include "float_math.h"

/* Above 16.6 the result is 1 in float32; below -9 the function is its exponential to the precision of float32. */
TVMK_INLINE float tvmk_float_logistic_of(float in) {
    float x = tvmk_exact(in);
    if (x > 16.619047164916992188f) {
        return 1.0f;
    }
    if (x < -9.0f) {
        return tvmk_exp(x);
    }
    return tvmk_float_result(1.0f / tvmk_exact(1.0f + tvmk_exp(-x)));
}

TVMK_SHARED void tvmk_float_logistic(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_float_logistic_of(in[i]);
    }
}

#endif
