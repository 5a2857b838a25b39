/* The functions of base.h in portable C, unless another file has them. */
#ifndef TVMK_BASE_PORTABLE_H
#define TVMK_BASE_PORTABLE_H

#include "core.h"

#if !TVMK_DSP
/* a · factor / 2^32, halves up. */
TVMK_INLINE int32_t tvmk_scale_high(int32_t a, int32_t factor) {
    return (int32_t)(((int64_t)a * factor + ((int64_t)1 << 31)) >> 32);
}

/* High word of a · mantissa + 2^31, sign of a, rounding. */
TVMK_INLINE int32_t tvmk_scale_doubled(int32_t a, int32_t mantissa, int32_t rounding) {
    return (int32_t)(((int64_t)a * mantissa + ((int64_t)1 << 31)) >> 32) + (a >> 31) + rounding;
}

/* In the range of int16. */
TVMK_INLINE int32_t tvmk_clamp_int16(int32_t x) { return x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x; }
#endif

#if !TVMK_MVE
/* memcpy and memset: those of C libraries for small cores often copy byte by byte. */
#if TVMK_GNU && (defined(__arm__) || defined(__riscv))
#ifdef __ARM_FEATURE_UNALIGNED
#define TVMK_WORDS(p) (p)
#define TVMK_IN_WORDS(to, from) 1
#else
#define TVMK_WORDS(p) __builtin_assume_aligned(p, 4)
#define TVMK_IN_WORDS(to, from) ((((uintptr_t)(to) | (uintptr_t)(from)) & 3u) == 0)
#endif
TVMK_SHARED void tvmk_copy(int8_t *to, const int8_t *from, int32_t n) {
    if (TVMK_IN_WORDS(to, from)) {
        for (; n >= 16; n -= 16, to += 16, from += 16) {
            memcpy(TVMK_WORDS(to), TVMK_WORDS(from), 16);
        }
        for (; n >= 4; n -= 4, to += 4, from += 4) {
            memcpy(TVMK_WORDS(to), TVMK_WORDS(from), 4);
        }
    }
    while (n-- > 0) {
        *to++ = *from++;
    }
}
TVMK_SHARED void tvmk_fill(int8_t *to, int8_t value, int32_t n) {
    int8_t *end = to + n;
    uint32_t word = UINT32_C(0x01010101) * (uint8_t)value;
    if (n >= 8) {
        while (!TVMK_IN_WORDS(to, to)) {
            *to++ = value;
        }
        for (; end - to >= 4; to += 4) {
            memcpy(TVMK_WORDS(to), &word, 4);
        }
    }
    while (to < end) {
        __asm__(""); /* otherwise the compiler calls memset for three bytes */
        *to++ = value;
    }
}
#else
TVMK_INLINE void tvmk_copy(int8_t *to, const int8_t *from, int32_t n) { memcpy(to, from, (size_t)n); }
TVMK_INLINE void tvmk_fill(int8_t *to, int8_t value, int32_t n) { memset(to, value, (size_t)n); }
#endif
#endif

#endif
