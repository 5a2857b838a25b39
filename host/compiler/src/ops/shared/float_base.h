/* Arithmetic on float32 that gives the same bytes on every core, under any flags.
 *
 * C lets a compiler fuse a product and a sum (FMA), keep more digits than a float has (x87), or use vectors that take
 * subnormal numbers as 0 (MVE). tvmk_exact() is around each result that must be a float before it is used: an empty
 * assembly statement, which costs nothing, if the core needs one. Compilers other than GNU's and LLVM's get a
 * pragma.
 *
 * A NaN result always has the same bit pattern, since cores use different ones.
 */
#ifndef TVMK_FLOAT_BASE_H
#define TVMK_FLOAT_BASE_H

#include <float.h>

#include "base.h"

/* Such code assumes that nothing is infinite, and adds in any order. Define TVMK_FAST_MATH to allow this. */
#if (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)) && !defined(TVMK_FAST_MATH)
#error "float32 kernels: compile without -ffast-math, or define TVMK_FAST_MATH to accept different results"
#endif

#if defined(__clang__) || !defined(__GNUC__)
#pragma STDC FP_CONTRACT OFF
#endif

#if defined(__GNUC__) && defined(__ARM_FP) && (__ARM_FP & 4)
#define TVMK_FLOAT_REGISTER "t"
#elif defined(__GNUC__) && defined(__aarch64__)
#define TVMK_FLOAT_REGISTER "w"
#elif defined(__GNUC__) && defined(__riscv_flen)
#define TVMK_FLOAT_REGISTER "f"
#elif defined(__GNUC__) && defined(__SSE_MATH__) && defined(__FMA__)
#define TVMK_FLOAT_REGISTER "x"
#elif defined(__GNUC__) && (defined(__FP_FAST_FMAF) || FLT_EVAL_METHOD != 0)
#define TVMK_FLOAT_REGISTER "m"
#endif

/* This value, rounded to a float. */
TVMK_INLINE float tvmk_exact(float x) {
#if defined(TVMK_FLOAT_REGISTER)
    __asm__("" : "+" TVMK_FLOAT_REGISTER(x));
    return x;
#elif FLT_EVAL_METHOD != 0
    volatile float rounded = x;
    return rounded;
#else
    return x;
#endif
}

TVMK_INLINE uint32_t tvmk_float_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

TVMK_INLINE float tvmk_float_of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define TVMK_FLOAT_SIGN UINT32_C(0x80000000)
#define TVMK_FLOAT_INFINITY UINT32_C(0x7f800000)
#define TVMK_FLOAT_NAN UINT32_C(0x7fc00000)

/* This value as a kernel's output. */
TVMK_INLINE float tvmk_float_result(float x) {
    x = tvmk_exact(x);
    return x == x ? x : tvmk_float_of_bits(TVMK_FLOAT_NAN);
}

/* std::min(std::max(x, low), high) as a kernel's output: NaN is not clamped. */
TVMK_INLINE float tvmk_float_clamp(float x, float low, float high) {
    x = tvmk_float_result(x);
    return x < low ? low : x > high ? high : x;
}

#endif
