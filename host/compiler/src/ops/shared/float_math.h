/* Functions of one float32, instead of those of <math.h>, which differ between C libraries.
 *
 * All of it is arithmetic on integers: the same bytes on every core, and few instructions where floats are computed in software.
 * Results are the float nearest to the true value, or one of the two around it if that is close to the middle between
 * them; the errors below are in units of the last place (0.5 is a correctly rounded function), over all 2^32 arguments.
 *
 *     exp     0.515       log     0.51        sqrt, floor, ceil, round: correctly rounded
 *     expm1   0.53        sin     0.515       rsqrt: 1 / sqrt, each rounded
 *     tanh    0.54        cos     0.515
 *
 * Coefficients are Chebyshev fits (tests/kernels/fit.py); tests/kernels/test_float_math.c measures the errors.
 */
#ifndef TVMK_FLOAT_MATH_H
#define TVMK_FLOAT_MATH_H

#include "float_base.h"

/* The upper word of a product: of fractions, their product. */
TVMK_INLINE uint32_t tvmk_high_word(uint32_t a, uint32_t b) { return (uint32_t)(((uint64_t)a * b) >> 32); }

/* c[0] ± z · (c[1] ± z · (c[2] ± …)), fractions of 2^32; each term is much smaller than the one before. */
TVMK_INLINE uint32_t tvmk_polynomial(const uint32_t *c, int32_t count, uint32_t z, int alternating) {
    uint32_t y = c[count - 1];
    for (int32_t i = count - 2; i >= 0; i--) {
        uint32_t term = tvmk_high_word(y, z);
        y = alternating ? c[i] - term : c[i] + term;
    }
    return y;
}

/* Zeros above the highest bit; x is not 0. */
TVMK_INLINE int32_t tvmk_leading_zeros(uint64_t x) {
#if defined(__GNUC__)
    return __builtin_clzll(x);
#else
    int32_t zeros = 0;
    for (; !(x >> 63); x <<= 1) {
        zeros++;
    }
    return zeros;
#endif
}

/* ± x · 2^exponent as a float, to nearest. */
TVMK_SHARED float tvmk_float_compose(uint64_t x, int32_t exponent, uint32_t sign) {
    if (x == 0) {
        return tvmk_float_of_bits(sign);
    }
    int32_t zeros = tvmk_leading_zeros(x);
    int32_t biased = exponent + 63 - zeros + 127;
    x <<= zeros;
    if (biased <= 0) {
        if (biased < -24) {
            return tvmk_float_of_bits(sign);
        }
        x >>= 1 - biased;
        biased = 1;
    } else if (biased >= 255) {
        return tvmk_float_of_bits(sign | TVMK_FLOAT_INFINITY);
    }
    /* The leading 1, if there is one, and the carry of rounding are added to the exponent. */
    uint32_t bits = ((uint32_t)(biased - 1) << 23) + (uint32_t)(x >> 40) + ((uint32_t)(x >> 39) & 1u);
    return tvmk_float_of_bits(sign | bits);
}

/* The parts of a number: |x| = mantissa / 2^31 · 2^exponent, the mantissa's highest bit set (except for 0). */
typedef struct {
    uint32_t mantissa;
    int32_t exponent;
    uint32_t sign;
} tvmk_float_parts_t;

TVMK_INLINE tvmk_float_parts_t tvmk_float_parts(float x) {
    uint32_t bits = tvmk_float_bits(x);
    uint32_t fraction = bits << 9 >> 1;
    tvmk_float_parts_t p = {TVMK_FLOAT_SIGN | fraction, (int32_t)(bits >> 23 & 255u) - 127, bits & TVMK_FLOAT_SIGN};
    if (p.exponent == -127) {
        int32_t zeros = fraction == 0 ? 0 : tvmk_leading_zeros(fraction) - 32;
        p.mantissa = fraction << zeros;
        p.exponent = -126 - zeros;
    }
    return p;
}

/* |x| / 2^31 · 2^exponent as a fraction of 2^32; |x| < 1. */
TVMK_INLINE uint32_t tvmk_fraction(uint32_t mantissa, int32_t exponent) {
    return exponent < -32 ? 0 : mantissa >> (-1 - exponent);
}

TVMK_INLINE int tvmk_float_is_nan(float x) { return (tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN) > TVMK_FLOAT_INFINITY; }

/* x · log2(e), in 2^-32; 2^-32 <= |x| < 2^8. */
TVMK_INLINE int64_t tvmk_binary_exponent(tvmk_float_parts_t x) {
    uint64_t product = (uint64_t)(x.mantissa >> 8) * UINT64_C(0xb8aa3b295c); /* log2(e) · 2^39 */
    int64_t scaled = (int64_t)(((product >> (29 - x.exponent)) + 1) >> 1);
    return x.sign ? -scaled : scaled;
}

/* 2^f - 1 for a fraction f. */
TVMK_SHARED uint32_t tvmk_exp2_fraction(uint32_t f) {
    static const uint32_t c[] = {UINT32_C(0xb17217f8), UINT32_C(0x3d7f7c01), UINT32_C(0x0e35843c), UINT32_C(0x027656e6),
                                 UINT32_C(0x00575c45), UINT32_C(0x000a2454), UINT32_C(0x0000f206), UINT32_C(0x00001e45)};
    return tvmk_high_word(tvmk_polynomial(c, 8, f, 0), f);
}

TVMK_SHARED float tvmk_exp(float x) {
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.exponent >= 7 || p.exponent < -25) {
        if (p.exponent < 0) {
            return 1.0f;
        }
        return tvmk_float_of_bits(tvmk_float_is_nan(x) ? TVMK_FLOAT_NAN : p.sign ? 0u : TVMK_FLOAT_INFINITY);
    }
    int64_t t = tvmk_binary_exponent(p);
    uint64_t y = (UINT64_C(1) << 32) | tvmk_exp2_fraction((uint32_t)t);
    return tvmk_float_compose(y, (int32_t)(t >> 32) - 32, 0);
}

/* exp(x) - 1. */
TVMK_SHARED float tvmk_expm1(float x) {
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.exponent >= 7) {
        return p.sign && !tvmk_float_is_nan(x) ? -1.0f : tvmk_exp(x);
    }
    if (p.exponent < -2) {
        /* x · (1 + x · h(x)), where h starts as 1/2 + x/6. */
        static const int32_t c[] = {INT32_C(0x40000000), INT32_C(0x15555555), INT32_C(0x055554e0),
                                    INT32_C(0x01111104), INT32_C(0x002d965d), INT32_C(0x00068293)};
        int32_t z = (int32_t)tvmk_fraction(p.mantissa, p.exponent);
        int32_t h = c[5];
        z = p.sign ? -z : z;
        for (int32_t i = 4; i >= 0; i--) {
            h = c[i] + (int32_t)(((int64_t)h * z) >> 32);
        }
        uint32_t factor = TVMK_FLOAT_SIGN + (uint32_t)(int32_t)(((int64_t)h * z) >> 32);
        return tvmk_float_compose((uint64_t)p.mantissa * factor, p.exponent - 62, p.sign);
    }
    int64_t t = tvmk_binary_exponent(p);
    int32_t exponent = (int32_t)(t >> 32);
    uint64_t y = (UINT64_C(1) << 32) | tvmk_exp2_fraction((uint32_t)t);
    if (exponent >= 31) {
        return tvmk_float_compose(y, exponent - 32, 0);
    }
    if (exponent >= 0) {
        return tvmk_float_compose((y << exponent) - (UINT64_C(1) << 32), -32, 0);
    }
    y = exponent < -33 ? 0 : y >> -exponent;
    return tvmk_float_compose((UINT64_C(1) << 32) - y, -32, TVMK_FLOAT_SIGN);
}

/* x · (1 - z · s) with s a fraction of 2^32 and z = x²: odd functions near 0. */
TVMK_INLINE float tvmk_float_odd(tvmk_float_parts_t x, uint32_t z, uint32_t s) {
    uint32_t factor = TVMK_FLOAT_SIGN - (tvmk_high_word(z, s) >> 1);
    return tvmk_float_compose((uint64_t)x.mantissa * factor, x.exponent - 62, x.sign);
}

TVMK_SHARED float tvmk_tanh(float x) {
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.exponent < -1) {
        static const uint32_t c[] = {UINT32_C(0x55555555), UINT32_C(0x2222221d), UINT32_C(0x0dd0dbbb), UINT32_C(0x05991d0c),
                                     UINT32_C(0x024366d9), UINT32_C(0x00e28f32), UINT32_C(0x0043c88d)};
        uint32_t z = tvmk_fraction(p.mantissa, p.exponent);
        z = tvmk_high_word(z, z);
        return tvmk_float_odd(p, z, tvmk_polynomial(c, 7, z, 1));
    }
    uint32_t sign = p.sign;
    uint32_t u = 0;
    if (p.exponent < 4) {
        /* u = exp(-2|x|), tanh(|x|) = 1 - 2u / (1 + u). */
        p.exponent++;
        p.sign = 1;
        int64_t t = tvmk_binary_exponent(p);
        int32_t right = -(int32_t)(t >> 32);
        u = right > 32 ? 0 : (uint32_t)(((UINT64_C(1) << 32) | tvmk_exp2_fraction((uint32_t)t)) >> right);
    } else if (tvmk_float_is_nan(x)) {
        return tvmk_float_of_bits(TVMK_FLOAT_NAN);
    }
    /* 1 / (1 + u) to ten bits, then twice as many with each step; sums are taken modulo 2^32. */
    static const uint32_t c[] = {UINT32_C(0xffc16d22), UINT32_C(0xf3cbc0ca), UINT32_C(0x9d1a71d6)};
    uint32_t v = tvmk_polynomial(c, 3, u, 1);
    for (int32_t i = 0; i < 2; i++) {
        int32_t error = (int32_t)(0u - v - tvmk_high_word(u, v));
        v += (uint32_t)(((int64_t)v * error) >> 32);
    }
    return tvmk_float_compose((UINT64_C(1) << 32) - 2 * (uint64_t)tvmk_high_word(u, v), -32, sign);
}

/* The natural logarithm. */
TVMK_SHARED float tvmk_log(float x) {
    /* For x = 2^k · m, by the mantissa's upper four bits: c ≈ 128 / m, and -log(c / 128) · 2^55. */
    static const uint8_t factors[] = {128, 117, 111, 105, 100, 95, 91, 174, 167, 161, 155, 149, 144, 139, 134, 128};
    static const int64_t logarithms[] = {
        0,
        INT64_C(0x000b806985756070),
        INT64_C(0x00123d712a49c202),
        INT64_C(0x00195a5adcf7017f),
        INT64_C(0x001f991c6cb3b379),
        INT64_C(0x002629e3c3a6b9c7),
        INT64_C(0x002bab7bbeb2be5f),
        -INT64_C(0x00274c98aad28bd4),
        -INT64_C(0x00220b17f35c95aa),
        -INT64_C(0x001d5c216b4fbb91),
        -INT64_C(0x00187fa06520c911),
        -INT64_C(0x001371fc201e8f74),
        -INT64_C(0x000f1383b7157973),
        -INT64_C(0x000a8d839f830c20),
        -INT64_C(0x0005dd163d8cb73f),
        0,
    };
    static const int32_t c[] = {INT32_C(0x3ffffffa), -INT32_C(0x2aaaa826), INT32_C(0x20005e52), -INT32_C(0x19a831ee),
                                INT32_C(0x14b121b9)};
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.mantissa == 0) {
        return tvmk_float_of_bits(TVMK_FLOAT_SIGN | TVMK_FLOAT_INFINITY);
    }
    if (p.exponent == 128 || p.sign) {
        return tvmk_float_of_bits(p.sign || tvmk_float_is_nan(x) ? TVMK_FLOAT_NAN : TVMK_FLOAT_INFINITY);
    }
    uint32_t index = (p.mantissa >> 27) & 15u;
    /* m as a fraction of 2^24, between 0.71 and 1.44. */
    uint32_t m = index < 7 ? p.mantissa >> 7 : p.mantissa >> 8;
    int32_t k = index < 7 ? p.exponent : p.exponent + 1;
    /* r = m · c / 128 - 1 in 2^-31, exactly; log(1 + r) = r · (1 - r · h(r)), where h starts as 1/2 - r/3. */
    int32_t r = (int32_t)(m * (uint32_t)factors[index] - TVMK_FLOAT_SIGN);
    int32_t h = c[4];
    for (int32_t i = 3; i >= 0; i--) {
        h = c[i] + (int32_t)(((int64_t)h * (2 * r)) >> 32);
    }
    h = (int32_t)(((int64_t)h * (2 * r)) >> 32);
    int64_t y = (int64_t)r * (((int64_t)1 << 31) - h);
    y = (y >> 7) + logarithms[index] + k * INT64_C(0x0058b90bfbe8e7bd); /* log(2) · 2^55 */
    return y < 0 ? tvmk_float_compose((uint64_t)-y, -55, TVMK_FLOAT_SIGN) : tvmk_float_compose((uint64_t)y, -55, 0);
}

/* sin(x + quarters · π/2), for finite x. */
TVMK_SHARED float tvmk_sine(float x, uint32_t quarters) {
    static const uint32_t sine[] = {UINT32_C(0x2aaaaaab), UINT32_C(0x02222222), UINT32_C(0x000d00d0), UINT32_C(0x00002e3b),
                                    UINT32_C(0x0000006b)};
    static const uint32_t cosine[] = {UINT32_C(0x80000000), UINT32_C(0x0aaaaaab), UINT32_C(0x005b05af), UINT32_C(0x0001a013),
                                      UINT32_C(0x00000492)};
    /* 2/π after 32 bits of zeros. */
    static const uint32_t turns[] = {0,
                                     UINT32_C(0xa2f9836e),
                                     UINT32_C(0x4e441529),
                                     UINT32_C(0xfc2757d1),
                                     UINT32_C(0xf534ddc0),
                                     UINT32_C(0xdb629599),
                                     UINT32_C(0x3c439041),
                                     UINT32_C(0xfe5163ab)};
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.exponent >= -1) {
        /* x · 2/π modulo 4, in 2^-62: the bits of 2/π that are neither multiples of 4 after the product nor beyond these. */
        uint32_t first = (uint32_t)(p.exponent + 7);
        const uint32_t *word = turns + (first >> 5);
        uint32_t shift = first & 31u;
        uint32_t window[3];
        for (int32_t i = 0; i < 3; i++) {
            window[i] = shift == 0 ? word[i] : (word[i] << shift) | (word[i + 1] >> (32u - shift));
        }
        uint32_t m = p.mantissa >> 8;
        uint64_t y = ((uint64_t)(window[0] * m) << 32) + (uint64_t)window[1] * m + tvmk_high_word(window[2], m);
        uint32_t quadrant = (uint32_t)((y + (UINT64_C(1) << 61)) >> 62);
        quarters += p.sign ? 0u - quadrant : quadrant;
        /* The signed distance from a multiple of π/2, in units of 2^-64 · π/2. */
        y <<= 2;
        if (y >> 63) {
            y = 0u - y;
            p.sign ^= TVMK_FLOAT_SIGN;
        }
        int32_t zeros = y == 0 ? 0 : tvmk_leading_zeros(y);
        p.mantissa = tvmk_high_word((uint32_t)(y << zeros >> 32), UINT32_C(0xc90fdaa2)); /* π/2 · 2^31 */
        p.exponent = -zeros;
    }
    uint32_t z = p.exponent < -32 ? 0 : p.mantissa >> (-1 - p.exponent);
    z = tvmk_high_word(z, z);
    if (quarters & 1u) {
        uint64_t y = (UINT64_C(1) << 32) - tvmk_high_word(tvmk_polynomial(cosine, 5, z, 1), z);
        return tvmk_float_compose(y, -32, quarters << 30 & TVMK_FLOAT_SIGN);
    }
    p.sign ^= quarters << 30 & TVMK_FLOAT_SIGN;
    return tvmk_float_odd(p, z, tvmk_polynomial(sine, 5, z, 1));
}

TVMK_INLINE int tvmk_float_is_finite(float x) { return (tvmk_float_bits(x) & ~TVMK_FLOAT_SIGN) < TVMK_FLOAT_INFINITY; }

TVMK_INLINE float tvmk_sin(float x) { return tvmk_float_is_finite(x) ? tvmk_sine(x, 0) : tvmk_float_of_bits(TVMK_FLOAT_NAN); }

TVMK_INLINE float tvmk_cos(float x) { return tvmk_float_is_finite(x) ? tvmk_sine(x, 1) : tvmk_float_of_bits(TVMK_FLOAT_NAN); }

/* With the core's instruction if it is known to round correctly, otherwise digit by digit. */
#if defined(__GNUC__) && defined(__ARM_FP) && (__ARM_FP & 4)
TVMK_INLINE float tvmk_square_root(float x) {
    __asm__("vsqrt.f32 %0, %0" : "+t"(x));
    return x;
}
#elif defined(__GNUC__) && defined(__aarch64__)
TVMK_INLINE float tvmk_square_root(float x) {
    __asm__("fsqrt %s0, %s0" : "+w"(x));
    return x;
}
#elif defined(__GNUC__) && defined(__riscv_flen)
TVMK_INLINE float tvmk_square_root(float x) {
    __asm__("fsqrt.s %0, %0" : "+f"(x));
    return x;
}
#elif defined(__GNUC__) && defined(__SSE_MATH__)
TVMK_INLINE float tvmk_square_root(float x) {
    __asm__("sqrtss %0, %0" : "+x"(x));
    return x;
}
#else
TVMK_SHARED float tvmk_square_root(float x) {
    tvmk_float_parts_t p = tvmk_float_parts(x);
    if (p.mantissa == 0 || p.sign || p.exponent == 128) {
        return p.mantissa == 0 || (!p.sign && !tvmk_float_is_nan(x)) ? x : tvmk_float_of_bits(TVMK_FLOAT_NAN);
    }
    /* m · 2^(even exponent); the root of m · 2^24 to 25 bits, one of them for rounding: no root is exactly in the middle. */
    uint32_t odd = (uint32_t)p.exponent & 1u;
    uint32_t rest = 0, root = 0;
    uint32_t m = p.mantissa >> (1u - odd);
    for (int32_t i = 0; i < 25; i++) {
        rest = (rest << 2) | (m >> 30);
        m <<= 2;
        root <<= 1;
        if (rest >= 2 * root + 1) {
            rest -= 2 * root + 1;
            root++;
        }
    }
    return tvmk_float_compose(root, (p.exponent - (int32_t)odd) / 2 - 24, 0);
}
#endif

TVMK_INLINE float tvmk_sqrt(float x) { return tvmk_float_result(tvmk_square_root(x)); }

TVMK_INLINE float tvmk_rsqrt(float x) { return tvmk_float_result(1.0f / tvmk_square_root(x)); }

/* The largest whole number not above x. */
TVMK_SHARED float tvmk_floor(float x) {
    uint32_t bits = tvmk_float_bits(x);
    int32_t exponent = (int32_t)(bits >> 23 & 255u) - 127;
    if (exponent >= 23) {
        return tvmk_float_is_nan(x) ? tvmk_float_of_bits(TVMK_FLOAT_NAN) : x;
    }
    if (exponent < 0) {
        return (bits & TVMK_FLOAT_SIGN) == 0 ? 0.0f : bits == TVMK_FLOAT_SIGN ? x : -1.0f;
    }
    uint32_t below = UINT32_C(0x007fffff) >> exponent;
    bits += bits & TVMK_FLOAT_SIGN ? below : 0u;
    return tvmk_float_of_bits(bits & ~below);
}

/* The smallest whole number not below x. */
TVMK_INLINE float tvmk_ceil(float x) {
    float y = tvmk_floor(tvmk_float_of_bits(tvmk_float_bits(x) ^ TVMK_FLOAT_SIGN));
    return tvmk_float_is_nan(y) ? y : tvmk_float_of_bits(tvmk_float_bits(y) ^ TVMK_FLOAT_SIGN);
}

/* To nearest, halves to even, as the reference's ROUND: numbers between -0.5 and 0 become +0. */
TVMK_INLINE float tvmk_round_half_even(float x) {
    float below = tvmk_floor(x);
    float above = below + 1.0f;
    float beyond = tvmk_exact(x - below);
    /* Numbers with halves fit in an integer. */
    int up = beyond > 0.5f || (beyond == 0.5f && ((int32_t)below & 1));
    return up ? tvmk_exact(above) : below;
}

/* To nearest, halves away from 0, for |x| < 2^31. */
TVMK_INLINE int32_t tvmk_round_to_int(float x) {
    int32_t whole = (int32_t)x;
    float beyond = tvmk_exact(x - (float)whole);
    return whole + (beyond >= 0.5f) - (beyond <= -0.5f);
}

#endif
