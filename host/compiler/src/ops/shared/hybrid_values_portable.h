/* Floats to int8 in portable C: the range of an input, and its values as multiples of its scale. */
#ifndef TVMK_HYBRID_VALUES_PORTABLE_H
#define TVMK_HYBRID_VALUES_PORTABLE_H

#include "float_base.h"

/* Whether conversions to integers are functions of the compiler's library: then the bits of a float are read instead. */
#if (defined(__arm__) && !defined(TVMK_FLOAT_REGISTER)) || (defined(__riscv) && !defined(__riscv_flen)) || defined(__AVR__)
#define TVMK_HYBRID_BITS 1
#else
#define TVMK_HYBRID_BITS 0
#endif

/* Bits in memory, without a floating-point register. */
TVMK_INLINE uint32_t tvmk_hybrid_load(const float *x) {
    uint32_t bits;
    memcpy(&bits, x, sizeof bits);
    return bits;
}

/* Adds a number to what the range includes. Bits of numbers below 0 are larger, without a sign, the further they are from 0. */
TVMK_INLINE void tvmk_hybrid_include(uint32_t bits, uint32_t *lowest, int32_t *highest) {
    *highest = tvmk_max((int32_t)bits, *highest);
    *lowest = bits > *lowest ? bits : *lowest;
}

/* The range of `count` floats and 0. */
TVMK_INLINE void tvmk_hybrid_range_portable(const float *in, int32_t count, float *low, float *high) {
    uint32_t lowest = TVMK_FLOAT_SIGN;
    int32_t highest = 0;
    for (; !TVMK_SMALL && count >= 4; count -= 4, in += 4) {
        tvmk_hybrid_include(tvmk_hybrid_load(in), &lowest, &highest);
        tvmk_hybrid_include(tvmk_hybrid_load(in + 1), &lowest, &highest);
        tvmk_hybrid_include(tvmk_hybrid_load(in + 2), &lowest, &highest);
        tvmk_hybrid_include(tvmk_hybrid_load(in + 3), &lowest, &highest);
    }
    for (; count > 0; count--, in++) {
        tvmk_hybrid_include(tvmk_hybrid_load(in), &lowest, &highest);
    }
    *low = tvmk_float_of_bits(lowest);
    *high = tvmk_float_of_bits((uint32_t)highest);
}

/* The largest magnitude of `count` floats. */
TVMK_INLINE float tvmk_hybrid_most_portable(const float *in, int32_t count) {
    uint32_t most = 0; /* without the sign, twice */
    for (; !TVMK_SMALL && count >= 4; count -= 4, in += 4) {
        uint32_t a = tvmk_hybrid_load(in) << 1, b = tvmk_hybrid_load(in + 1) << 1;
        uint32_t c = tvmk_hybrid_load(in + 2) << 1, d = tvmk_hybrid_load(in + 3) << 1;
        most = a > most ? a : most;
        most = b > most ? b : most;
        most = c > most ? c : most;
        most = d > most ? d : most;
    }
    for (; count > 0; count--, in++) {
        uint32_t a = tvmk_hybrid_load(in) << 1;
        most = a > most ? a : most;
    }
    return tvmk_float_of_bits(most >> 1);
}

/* The whole number nearest to y, at most 256 in magnitude, halves away from zero, and `offset`, within the range of a byte. */
TVMK_INLINE int32_t tvmk_hybrid_nearest(float y, int32_t offset) {
#if TVMK_HYBRID_BITS
    uint32_t bits = tvmk_float_bits(y);
    int32_t shift = 150 - (int32_t)(bits >> 23 & 255u), whole = 0;
    if (shift <= 24) {
        whole = (int32_t)(((bits & UINT32_C(0x7fffff)) + UINT32_C(0x800000) + (UINT32_C(1) << (shift - 1))) >> shift);
    }
    return tvmk_clamp((bits >> 31 ? -whole : whole) + offset, -128, 127);
#elif defined(TVMK_FLOAT_REGISTER) && defined(__thumb__) && defined(__ARM_FEATURE_DIRECTED_ROUNDING)
    __asm__("vcvta.s32.f32 %0, %0" : "+t"(y));
    return tvmk_clamp((int32_t)tvmk_float_bits(y) + offset, -128, 127);
#elif defined(TVMK_FLOAT_REGISTER) && defined(__thumb__) && defined(__ARM_FEATURE_SAT)
    /* As below, but compilers do not find the instructions. */
    __asm__("vcvt.s32.f32 %0, %0, #16" : "+t"(y));
    int32_t part = (int32_t)tvmk_float_bits(y), whole;
    __asm__("ssat %0, #8, %1, asr #16" : "=r"(whole) : "r"(part + (part >> 31) + (offset * 65536 + 32768)) : "cc");
    return whole;
#else
    /* Towards zero at 16 binary places, which keeps halves. */
    int32_t part = (int32_t)(y * 65536.0f);
    return tvmk_clamp((part + (part >> 31) + (offset * 65536 + 32768)) >> 16, -128, 127);
#endif
}

/* A value, stored by itself: compilers would collect four of them with more instructions. */
TVMK_INLINE void tvmk_hybrid_value(float x, int8_t *out, float factor, int32_t offset) {
    *out = (int8_t)tvmk_hybrid_nearest(tvmk_exact(x * factor), offset);
#if TVMK_GNU
    __asm__ volatile("" ::: "memory");
#endif
}

TVMK_INLINE void tvmk_hybrid_values_portable(const float *in, int8_t *out, int32_t count, float factor, int32_t offset) {
    for (; !TVMK_HYBRID_BITS && !TVMK_SMALL && count >= 4; count -= 4, in += 4, out += 4) {
        float a = in[0], b = in[1], c = in[2], d = in[3];
        tvmk_hybrid_value(a, out, factor, offset);
        tvmk_hybrid_value(b, out + 1, factor, offset);
        tvmk_hybrid_value(c, out + 2, factor, offset);
        tvmk_hybrid_value(d, out + 3, factor, offset);
    }
    for (; count > 0; count--) {
        tvmk_hybrid_value(*in++, out++, factor, offset);
    }
}

#endif
