/* Functions of one float32. The output may overwrite the input. */
#ifndef TVMK_FLOAT_UNARY_H
#define TVMK_FLOAT_UNARY_H

#include "float_base.h"

TVMK_SHARED void tvmk_float_relu(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_exact(in[i]) < 0.0f ? 0.0f : in[i];
    }
}

TVMK_SHARED void tvmk_float_relu6(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float x = tvmk_exact(in[i]);
        out[i] = x > 6.0f ? 6.0f : x < 0.0f ? 0.0f : in[i];
    }
}

TVMK_SHARED void tvmk_float_leaky_relu(const float *in, float *out, int32_t count, float alpha) {
    for (int32_t i = 0; i < count; i++) {
        float x = tvmk_exact(in[i]);
        out[i] = x > 0.0f ? x : tvmk_float_result(x * alpha);
    }
}

TVMK_SHARED void tvmk_float_hard_swish(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float x = tvmk_exact(in[i]);
        float shifted = tvmk_exact(x + 3.0f);
        float clamped = shifted < 0.0f ? 0.0f : shifted > 6.0f ? 6.0f : shifted;
        out[i] = tvmk_float_result(tvmk_exact(x * clamped) / 6.0f);
    }
}

#endif
