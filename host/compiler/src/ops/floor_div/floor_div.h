/* FLOOR_DIV and FLOOR_MOD of float32. The output may overwrite an input of its shape. */
#ifndef TVMK_FLOOR_DIV_H
#define TVMK_FLOOR_DIV_H

#include "broadcast.h"
#include "float_base.h"

TVMK_SHARED int tvmk_any_zero(const float *in, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if ((tvmk_float_bits(in[i]) & ~TVMK_FLOAT_SIGN) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The quotient in double, rounded down, as a float. */
TVMK_INLINE float tvmk_floor_div_one(float x, float y) {
    volatile double quotient = (double)x / (double)y; /* a real double on every core */
    double q = quotient;
    /* All numbers from 2^52 on are whole numbers. */
    if (q > -4503599627370496.0 && q < 4503599627370496.0) {
        int64_t whole = (int64_t)q;
        whole -= (double)whole > q;
        /* A negative 0 stays negative. */
        q = whole == 0 && q == 0.0 ? q : (double)whole;
    }
    return tvmk_float_result((float)q);
}

/* The remainder of x / y with the sign of x, by long division of the mantissas, without rounding. Both finite, y not 0. */
TVMK_SHARED float tvmk_float_rest(float x, float y) {
    uint32_t a = tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN, b = tvmk_float_bits(y) & ~TVMK_FLOAT_SIGN;
    uint32_t sign = tvmk_float_bits(x) & TVMK_FLOAT_SIGN;
    if (a < b) {
        return x;
    }
    int32_t ea = (int32_t)(a >> 23), eb = (int32_t)(b >> 23);
    uint32_t hidden = UINT32_C(1) << 23;
    uint32_t ma = ea ? (a & (hidden - 1)) | hidden : a, mb = eb ? (b & (hidden - 1)) | hidden : b;
    ea += !ea;
    eb += !eb;
    /* In a subnormal number the highest bit is lower. */
    for (; ma < hidden; ma <<= 1) {
        ea--;
    }
    for (; mb < hidden; mb <<= 1) {
        eb--;
    }
    for (;; ea--, ma <<= 1) {
        if (ma >= mb) {
            ma -= mb;
        }
        if (ea == eb || ma == 0) {
            break;
        }
    }
    if (ma == 0) {
        return tvmk_float_of_bits(sign);
    }
    for (; ma < hidden; ma <<= 1) {
        ea--;
    }
    ma = ea > 0 ? ma - hidden + ((uint32_t)ea << 23) : ma >> (1 - ea);
    return tvmk_float_of_bits(ma | sign);
}

/* std::fmod, plus y if the signs differ. */
TVMK_INLINE float tvmk_floor_mod_one(float x, float y) {
    uint32_t a = tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN, b = tvmk_float_bits(y) & ~TVMK_FLOAT_SIGN;
    if (a >= TVMK_FLOAT_INFINITY || b > TVMK_FLOAT_INFINITY || b == 0) {
        return tvmk_float_of_bits(TVMK_FLOAT_NAN);
    }
    float rest = tvmk_float_rest(x, y);
    if (tvmk_float_bits(rest) << 1 == 0 || (tvmk_float_bits(rest) ^ tvmk_float_bits(y)) < TVMK_FLOAT_SIGN) {
        return rest;
    }
    return tvmk_float_result(rest + y);
}

TVMK_SHARED void tvmk_float_floor_div(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_floor_div_one(x, y))
}

TVMK_SHARED void tvmk_float_floor_mod(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_floor_mod_one(x, y))
}

#endif
