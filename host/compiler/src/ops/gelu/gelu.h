/* GELU on float32. The output may overwrite the input. */
#ifndef TVMK_GELU_H
#define TVMK_GELU_H

#include "float_math.h"

/* erfc(x), within four units in the last place: exp(-x^2) / (x + 1.5) · p((x - 1.5) / (x + 1.5)) for x >= 0. */
TVMK_SHARED float tvmk_erfc(float x) {
    /* A fit over 0 to 10.2; erfc is 0 beyond. */
    static const float c[] = {9.64756250e-01f,  -5.07849991e-01f, 7.56218955e-02f,  4.77684177e-02f,
                              -8.12142435e-03f, -9.46247578e-03f, -7.99383328e-04f, 1.78139063e-03f,
                              8.51874764e-04f,  -8.25837997e-05f, -2.18408924e-04f, -6.39369900e-05f};
    float y = x < 0.0f ? -x : x;
    if (!(y < 10.1f)) {
        return y != y ? tvmk_float_of_bits(TVMK_FLOAT_NAN) : x < 0.0f ? 2.0f : 0.0f;
    }
    float below = tvmk_exact(y + 1.5f);
    float u = tvmk_exact(tvmk_exact(y - 1.5f) / below), p = c[11];
    for (int32_t i = 10; i >= 0; i--) {
        p = tvmk_exact(tvmk_exact(p * u) + c[i]);
    }
    /* The square in two parts, the first of which is exact. */
    float high = tvmk_float_of_bits(tvmk_float_bits(y) & UINT32_C(0xfffff000));
    float rest = tvmk_exact(tvmk_exact(high - y) * tvmk_exact(high + y));
    float result = tvmk_exact(tvmk_exact(tvmk_exp(-tvmk_exact(high * high)) * tvmk_exp(rest)) * tvmk_exact(p / below));
    return x < 0.0f ? tvmk_exact(2.0f - result) : result;
}

TVMK_SHARED void tvmk_gelu(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float x = tvmk_exact(in[i]);
        out[i] = tvmk_float_result(tvmk_exact(0.5f * x) * tvmk_erfc(tvmk_exact(x * -0.70710678f)));
    }
}

/* Approximated by tanh. */
TVMK_SHARED void tvmk_gelu_approximate(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float x = tvmk_exact(in[i]);
        float cube = tvmk_exact(tvmk_exact(tvmk_exact(0.044715f * x) * x) * x);
        float t = tvmk_tanh(tvmk_exact(0.79788456f * tvmk_exact(x + cube)));
        out[i] = tvmk_float_result(tvmk_exact(0.5f * x) * tvmk_exact(1.0f + t));
    }
}

#endif
