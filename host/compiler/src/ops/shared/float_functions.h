/* Functions of float_math.h over all elements. The output may overwrite the input. */
#ifndef TVMK_FLOAT_FUNCTIONS_H
#define TVMK_FLOAT_FUNCTIONS_H

#include "float_math.h"

#define TVMK_FLOAT_EACH(name, expression)                                           \
    TVMK_SHARED void tvmk_each_##name(const float *in, float *out, int32_t count) { \
        for (int32_t i = 0; i < count; i++) {                                       \
            const float x = tvmk_exact(in[i]);                                      \
            out[i] = (expression);                                                  \
        }                                                                           \
    }

TVMK_FLOAT_EACH(abs, tvmk_float_result(tvmk_float_of_bits(tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN)))
TVMK_FLOAT_EACH(ceil, tvmk_ceil(x))
TVMK_FLOAT_EACH(cos, tvmk_cos(x))
TVMK_FLOAT_EACH(elu, x < 0.0f ? tvmk_expm1(x) : tvmk_float_result(x))
TVMK_FLOAT_EACH(exp, tvmk_exp(x))
TVMK_FLOAT_EACH(floor, tvmk_floor(x))
TVMK_FLOAT_EACH(log, tvmk_log(x))
TVMK_FLOAT_EACH(neg, tvmk_float_result(tvmk_float_of_bits(tvmk_float_bits(x) ^ TVMK_FLOAT_SIGN)))
TVMK_FLOAT_EACH(round, tvmk_float_result(tvmk_round_half_even(x)))
TVMK_FLOAT_EACH(rsqrt, tvmk_rsqrt(x))
TVMK_FLOAT_EACH(sin, tvmk_sin(x))
TVMK_FLOAT_EACH(sqrt, tvmk_sqrt(x))
TVMK_FLOAT_EACH(square, tvmk_float_result(x *x))
TVMK_FLOAT_EACH(tanh, tvmk_tanh(x))

#endif
