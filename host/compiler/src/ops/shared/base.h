/* Shared by all kernels: which instructions the core has, and the fixed-point arithmetic of TensorFlow Lite Micro.
 *
 * Every kernel has a portable path in C99, some also one for Arm's DSP extension (Cortex-M4, M7, M33) and one for MVE
 * (Cortex-M55, M85). All paths give the same bytes. Define TVMK_DSP or TVMK_MVE as 0 to keep a path out.
 *
 * Shifting a negative number right is taken to be arithmetic, as every compiler for the cores in question does it.
 */
#ifndef TVMK_BASE_H
#define TVMK_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Compilers with GNU C's attributes and assembly. Some that define __GNUC__ have others, or none. */
#if defined(__clang__) || (defined(__GNUC__) && !defined(__CC_ARM) && !defined(__ICCARM__) && !defined(__ghs__) && \
                           !defined(__TI_COMPILER_VERSION__))
#define TVMK_GNU 1
#else
#define TVMK_GNU 0
#endif

#ifndef TVMK_MVE
#if TVMK_GNU && defined(__ARM_FEATURE_MVE) && !defined(__ARM_BIG_ENDIAN)
#define TVMK_MVE (__ARM_FEATURE_MVE & 1)
#else
#define TVMK_MVE 0
#endif
#endif

/* Not where r9 is the static base even in interrupt handlers, nor where jumps by register need a landing pad. */
#ifndef TVMK_DSP
#if TVMK_GNU && defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && !TVMK_MVE && !defined(__ARM_BIG_ENDIAN) && \
    !defined(__ARM_RWPI) && !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TVMK_DSP (__ARM_ARCH_PROFILE == 'M')
#else
#define TVMK_DSP 0
#endif
#endif

#if TVMK_MVE
#include <arm_mve.h>
#endif

#if TVMK_GNU
#define TVMK_INLINE static inline __attribute__((always_inline))
#define TVMK_SHARED static __attribute__((noinline, unused))
#else
#define TVMK_INLINE static inline
#define TVMK_SHARED static inline
#endif

TVMK_INLINE int32_t tvmk_min(int32_t a, int32_t b) { return a < b ? a : b; }
TVMK_INLINE int32_t tvmk_max(int32_t a, int32_t b) { return a > b ? a : b; }
TVMK_INLINE int32_t tvmk_clamp(int32_t x, int32_t low, int32_t high) { return tvmk_min(tvmk_max(x, low), high); }

/* gemmlowp's SaturatingRoundingDoublingHighMul for every pair but INT32_MIN, INT32_MIN:
 * (2ab + 2^31) >> 32 rounds halves up, which is what adding the signed nudge and dividing towards zero comes to. */
TVMK_INLINE int32_t tvmk_high_mul(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* gemmlowp's RoundingDivideByPOT: halves away from zero; exponent 0 … 31. */
TVMK_INLINE int32_t tvmk_divide_by_pot(int32_t x, int32_t exponent) {
    int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
    int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> exponent) + ((x & mask) > threshold);
}

/* TensorFlow Lite's MultiplyByQuantizedMultiplier: x · mantissa · 2^(shift - 31), rounded twice. */
TVMK_INLINE int32_t tvmk_multiply(int32_t x, int32_t mantissa, int32_t shift) {
    int32_t left = tvmk_max(shift, 0);
    int32_t right = tvmk_max(-shift, 0);
    return tvmk_divide_by_pot(tvmk_high_mul((int32_t)((uint32_t)x << left), mantissa), right);
}

/* How an accumulator becomes an output byte; see docs/kernels.md for the proofs.
 *
 * Short form, two words a channel: the mantissa m, and (2 · bias << 5) | (e - 1) where e >= 1 is the shift to the right.
 * With a = 2 · (accumulator + bias), in range by the compiler's proof:
 *     high word of (a · m + 2^31)         is SaturatingRoundingDoublingHighMul(accumulator + bias, m)
 *     + (a >> 31) + (1 << (e - 1)), >> e   is RoundingDivideByPOT(…, e)
 *     + (zero_point << e) before the shift is the zero point's addition after it
 * General form, three words a channel: bias, mantissa, shift, for layers where the compiler found no such proof. */
TVMK_INLINE int32_t tvmk_scale_doubled(int32_t a, int32_t mantissa, int32_t rounding) {
#if TVMK_DSP
    int32_t t;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(t) : "r"(a), "r"(mantissa), "r"(rounding));
    return t + (a >> 31);
#else
    return (int32_t)(((int64_t)a * mantissa + ((int64_t)1 << 31)) >> 32) + (a >> 31) + rounding;
#endif
}
TVMK_INLINE int32_t tvmk_requantize_doubled(int32_t a, int32_t mantissa, int32_t rounding, int32_t e1) {
    return tvmk_scale_doubled(a, mantissa, rounding) >> e1 >> 1;
}

TVMK_INLINE int32_t tvmk_requantize_short(int32_t sum, const int32_t *channel, int32_t zero_point) {
    int32_t word = channel[1];
    int32_t e1 = word & 31;
    int32_t rounding = (int32_t)((uint32_t)(2 * zero_point + 1) << e1);
    return tvmk_requantize_doubled((int32_t)((uint32_t)sum << 1) + (word >> 5), channel[0], rounding, e1);
}

TVMK_INLINE int32_t tvmk_requantize_general(int32_t sum, const int32_t *channel, int32_t zero_point) {
    int32_t product = tvmk_multiply((int32_t)((uint32_t)sum + (uint32_t)channel[0]), channel[1], channel[2]);
    /* Wraps, as the reference's code does, where a factor above 1 brings the product to the end of int32. */
    return (int32_t)((uint32_t)product + (uint32_t)zero_point);
}

enum { TVMK_SHORT_WORDS = 2, TVMK_GENERAL_WORDS = 3 };

/* How a layer's sums become bytes: table of one of the forms above, zero point and range of the output. */
typedef struct {
    const int32_t *table;
    int16_t zero_point;
    int8_t low;
    int8_t high;
} tvmk_requant_t;

/* What a layer's kernel needs of scratch memory, and what it was given. Tests define it to compare the two. */
#ifndef TVMK_SCRATCH
#define TVMK_SCRATCH(needed, given) ((void)0)
#endif

/* Where a member lies that assembly reads. */
#define TVMK_AT(type, member, bytes) typedef char type##_##member##_at[offsetof(type, member) == (bytes) ? 1 : -1]

TVMK_INLINE int8_t tvmk_requantize(int32_t sum, const tvmk_requant_t *o, int32_t channel, int general) {
    int32_t y = general ? tvmk_requantize_general(sum, o->table + TVMK_GENERAL_WORDS * channel, o->zero_point)
                        : tvmk_requantize_short(sum, o->table + TVMK_SHORT_WORDS * channel, o->zero_point);
    return (int8_t)tvmk_clamp(y, o->low, o->high);
}

/* memcpy and memset: those of C libraries for small cores often go byte by byte. */
#if TVMK_MVE
TVMK_INLINE void tvmk_copy(int8_t *to, const int8_t *from, int32_t n) {
    __asm__ volatile(
        "wlstp.8 lr, %2, 2f\n"
        "1:\n"
        "vldrb.8 q0, [%1], #16\n"
        "vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to), "+r"(from)
        : "r"(n)
        : "lr", "q0", "memory");
}
TVMK_INLINE void tvmk_fill(int8_t *to, int8_t value, int32_t n) {
    __asm__ volatile(
        "wlstp.8 lr, %1, 2f\n"
        "vdup.8 q0, %2\n"
        "1:\n"
        "vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to)
        : "r"(n), "r"((int32_t)value)
        : "lr", "q0", "memory");
}
#elif TVMK_GNU && (defined(__arm__) || defined(__riscv))
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
        __asm__(""); /* or the compiler calls memset for three bytes */
        *to++ = value;
    }
}
#else
TVMK_INLINE void tvmk_copy(int8_t *to, const int8_t *from, int32_t n) { memcpy(to, from, (size_t)n); }
TVMK_INLINE void tvmk_fill(int8_t *to, int8_t value, int32_t n) { memset(to, value, (size_t)n); }
#endif

#if TVMK_DSP
/* Four bytes from any address. */
TVMK_INLINE uint32_t tvmk_load4(const int8_t *p) {
    uint32_t w;
    memcpy(&w, p, 4);
    return w;
}
/* Two halfwords from any even address. */
TVMK_INLINE int32_t tvmk_load_pair(const int16_t *p) {
    int32_t w;
    memcpy(&w, p, 4);
    return w;
}
/* Bytes 0 and 2, and bytes 1 and 3, each sign-extended to a halfword. */
TVMK_INLINE int32_t tvmk_widen_even(uint32_t w) {
    int32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(w));
    return r;
}
TVMK_INLINE int32_t tvmk_widen_odd(uint32_t w) {
    int32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(w));
    return r;
}
/* acc + a.low · b.low + a.high · b.high */
TVMK_INLINE int32_t tvmk_mla2(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}

/* acc + a.low · b.low, acc + a.high · b.high */
TVMK_INLINE int32_t tvmk_mla_low(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}
TVMK_INLINE int32_t tvmk_mla_high(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}

/* Widens n neighbouring bytes into ceil(n / 2) pairs of halfwords, `stride` words apart, in the order of the packed weights: of
 * each four bytes first 0 and 2, then 1 and 3. Where n leaves a halfword over, its weight is 0. */
TVMK_INLINE int32_t *tvmk_widen_run(int32_t *pairs, const int8_t *x, int32_t n, int32_t stride) {
    for (; n >= 4; n -= 4, x += 4, pairs += 2 * stride) {
        uint32_t w = tvmk_load4(x);
        pairs[0] = tvmk_widen_even(w);
        pairs[stride] = tvmk_widen_odd(w);
    }
    if (n > 0) {
        uint32_t second = n == 2 ? (uint32_t)x[1] << 16 : n == 3 ? (uint32_t)x[2] << 16 : 0;
        *pairs = (int32_t)(second | ((uint32_t)x[0] & 0xFFFFu));
        pairs += stride;
        if (n == 3) {
            *pairs = x[1];
            pairs += stride;
        }
    }
    return pairs;
}
#endif

#endif
