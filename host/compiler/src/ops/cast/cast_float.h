/* CAST from and to float32: towards zero; values out of range become the limit of the type, NaN becomes 0. An output of one
 * byte an element may overwrite the input. */
#ifndef TVMK_CAST_FLOAT_H
#define TVMK_CAST_FLOAT_H

#include "cast.h"
#include "float_base.h"

TVMK_INLINE int32_t tvmk_cast_towards_zero(float x) {
    if (x >= 2147483648.0f) {
        return INT32_MAX;
    }
    if (x > -2147483648.0f) {
        return (int32_t)x;
    }
    return x == x ? INT32_MIN : 0;
}

TVMK_CAST(float_int8, float, int8_t, tvmk_clamp(tvmk_cast_towards_zero(x), INT8_MIN, INT8_MAX))
TVMK_CAST(float_int16, float, int16_t, tvmk_clamp_int16(tvmk_cast_towards_zero(x)))
TVMK_CAST(float_int32, float, int32_t, tvmk_cast_towards_zero(x))
TVMK_CAST(float_bool, float, uint8_t, (tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN) != 0)
TVMK_CAST(int8_float, int8_t, float, x)
TVMK_CAST(int16_float, int16_t, float, x)
TVMK_CAST(int32_float, int32_t, float, tvmk_exact((float)x))
TVMK_CAST(bool_float, uint8_t, float, x != 0)

#endif
