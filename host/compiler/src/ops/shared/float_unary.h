/* Functions of one float32. The output may overwrite the input. */
#ifndef TVMK_FLOAT_UNARY_H
#define TVMK_FLOAT_UNARY_H

#include <math.h>

#include "base.h"

TVMK_SHARED void tvmk_float_relu(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] < 0.0f ? 0.0f : in[i];
    }
}

TVMK_SHARED void tvmk_float_relu6(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] > 6.0f ? 6.0f : in[i] < 0.0f ? 0.0f : in[i];
    }
}

TVMK_SHARED void tvmk_float_leaky_relu(const float *in, float *out, int32_t count, float alpha) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] > 0.0f ? in[i] : in[i] * alpha;
    }
}

/* Beyond 16.6 the result is 1 in float32; below -9 the function is its exponential as near as float32 tells. */
TVMK_SHARED void tvmk_float_logistic(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] > 16.619047164916992188f ? 1.0f : in[i] < -9.0f ? expf(in[i]) : 1.0f / (1.0f + expf(-in[i]));
    }
}

TVMK_SHARED void tvmk_float_hard_swish(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float x = in[i];
        float shifted = x + 3.0f;
        float clamped = shifted < 0.0f ? 0.0f : shifted > 6.0f ? 6.0f : shifted;
        out[i] = x * clamped / 6.0f;
    }
}

#endif
