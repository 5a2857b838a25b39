/* From sums to output bytes with MVE, several channels at once. */
#ifndef TVMK_MVE_REQUANT_H
#define TVMK_MVE_REQUANT_H

#include "base.h"

#if TVMK_MVE

enum { TVMK_MVE_BLOCK = 24 }; /* channels whose sums are collected before they become bytes: a multiple of 3, 4 and 8 */

/* Constants of four channels in the short form: mantissa, bias, minus the shift. */
typedef struct {
    int32x4_t mantissa, bias, shift;
} tvmk_mve_channels_t;
TVMK_AT(tvmk_mve_channels_t, mantissa, 0);
TVMK_AT(tvmk_mve_channels_t, bias, 16);
TVMK_AT(tvmk_mve_channels_t, shift, 32);

/* From four channels' two words. VRSHL uses the lowest byte of a shift: the complement of e1 is -(e1 + 1). */
TVMK_INLINE tvmk_mve_channels_t tvmk_mve_words(int32x4_t first, int32x4_t second) {
    /* As assembly, since gcc 12 loses the shift with -mfloat-abi=softfp. */
    int32x4_t bias;
    __asm__("vshr.s32 %q0, %q1, #6" : "=w"(bias) : "w"(second));
    tvmk_mve_channels_t c = {first, bias, vorrq_n_s32(vmvnq_s32(second), 0xE0)};
    return c;
}

/* The first n of every `step`-th word, n from 0 to 4. Nothing after them is read. */
TVMK_INLINE int32x4_t tvmk_mve_some(const int32_t *words, uint32_t step, int32_t n) {
    uint32x4_t place = vmulq_n_u32(vidupq_n_u32(0, 1), step * (uint32_t)sizeof(int32_t));
    return vldrwq_gather_offset_z_s32(words, place, vctp32q((uint32_t)n));
}

/* Of eight channels, or the first `left`: those at even positions, then those at odd ones. */
TVMK_INLINE void tvmk_mve_eight_channels(tvmk_mve_channels_t *even, tvmk_mve_channels_t *odd, const int32_t *table,
                                         int32_t left) {
    if (left >= 8) {
        int32x4x4_t words = vld4q_s32(table);
        *even = tvmk_mve_words(words.val[0], words.val[1]);
        *odd = tvmk_mve_words(words.val[2], words.val[3]);
    } else {
        int32_t evens = (left + 1) / 2, odds = left / 2;
        *even = tvmk_mve_words(tvmk_mve_some(table, 4, evens), tvmk_mve_some(table + 1, 4, evens));
        *odd = tvmk_mve_words(tvmk_mve_some(table + 2, 4, odds), tvmk_mve_some(table + 3, 4, odds));
    }
}

/* In the general form, of the first n of every `step`-th channel: the shift unchanged. */
TVMK_INLINE tvmk_mve_channels_t tvmk_mve_some_general(const int32_t *table, uint32_t step, int32_t n) {
    uint32_t words = step * TVMK_GENERAL_WORDS;
    tvmk_mve_channels_t c = {tvmk_mve_some(table + 1, words, n), tvmk_mve_some(table, words, n),
                             tvmk_mve_some(table + 2, words, n)};
    return c;
}
TVMK_INLINE void tvmk_mve_eight_channels_general(tvmk_mve_channels_t *even, tvmk_mve_channels_t *odd, const int32_t *table,
                                                 int32_t left) {
    int32_t n = tvmk_min(left, 8);
    *even = tvmk_mve_some_general(table, 2, (n + 1) / 2);
    *odd = tvmk_mve_some_general(table + TVMK_GENERAL_WORDS, 2, n / 2);
}

/* Four sums with bias to results that are not clamped yet, without the zero point: tvmk_requantize_short. VQRDMULH is
 * SaturatingRoundingDoublingHighMul, VRSHL rounds halves up, hence the subtraction of 1 from negative numbers. */
TVMK_INLINE int32x4_t tvmk_mve_scale(int32x4_t sum, int32x4_t mantissa, int32x4_t shift) {
    return vrshlq_s32(vaddq_s32(vqrdmulhq_s32(sum, mantissa), vshrq_n_s32(sum, 31)), shift);
}

/* The same of the general form: shifts either way. 1 is subtracted from negative products that are shifted to the right. */
TVMK_INLINE int32x4_t tvmk_mve_scale_general(int32x4_t sum, int32x4_t mantissa, int32x4_t shift) {
    int32x4_t zero = vdupq_n_s32(0), right = vminq_s32(shift, zero);
    int32x4_t y = vqrdmulhq_s32(vshlq_s32(sum, vmaxq_s32(shift, zero)), mantissa);
    return vrshlq_s32(vqaddq_s32(y, vshrq_n_s32(vandq_s32(y, right), 31)), right);
}

/* Eight sums with bias, of even and of odd lanes, to bytes in halfwords; constants likewise. */
TVMK_INLINE int16x8_t tvmk_mve_eight(int32x4_t even, int32x4_t odd, const tvmk_mve_channels_t *even_channels,
                                     const tvmk_mve_channels_t *odd_channels, const tvmk_requant_t *o, int general) {
    if (general) {
        even = tvmk_mve_scale_general(even, even_channels->mantissa, even_channels->shift);
        odd = tvmk_mve_scale_general(odd, odd_channels->mantissa, odd_channels->shift);
        /* The zero point wraps, as in tvmk_requantize_general. */
        even = vaddq_n_s32(even, o->zero_point);
        odd = vaddq_n_s32(odd, o->zero_point);
    } else {
        even = tvmk_mve_scale(even, even_channels->mantissa, even_channels->shift);
        odd = tvmk_mve_scale(odd, odd_channels->mantissa, odd_channels->shift);
    }
    int16x8_t y = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(even), even), odd);
    y = general ? y : vqaddq_n_s16(y, o->zero_point);
    return vmaxq_s16(vminq_s16(y, vdupq_n_s16(o->high)), vdupq_n_s16(o->low));
}

/* The bytes of n channels, from their sums with constants in the general form. */
TVMK_INLINE void tvmk_mve_bytes_general(const int32_t *sums, const int32_t *table, int32_t n, const tvmk_requant_t *o,
                                        int8_t *out) {
    for (; n > 0; n -= 4, sums += 4, table += 4 * TVMK_GENERAL_WORDS, out += 4) {
        mve_pred16_t used = vctp32q((uint32_t)n);
        tvmk_mve_channels_t c = tvmk_mve_some_general(table, 1, tvmk_min(n, 4));
        int32x4_t y = tvmk_mve_scale_general(vaddq_s32(vldrwq_z_s32(sums, used), c.bias), c.mantissa, c.shift);
        y = vaddq_n_s32(y, o->zero_point); /* wraps, as tvmk_requantize_general */
        vstrbq_p_s32(out, vmaxq_s32(vminq_s32(y, vdupq_n_s32(o->high)), vdupq_n_s32(o->low)), used);
    }
}

/* Constants of the next four channels: mantissas q0, biases q1, shifts q2. */
#define TVMK_MVE_CONSTANTS             \
    "vldrw.u32 q0, [q7, #32]!\n"       \
    "vldrw.u32 q1, [q7, #4]\n"         \
    "vmvn q2, q1\n"                    \
    "vorr.i32 q2, #0xE0\n"             \
    "vshr.s32 q1, q1, #6\n"

TVMK_AT(tvmk_requant_t, zero_point, 4);
TVMK_AT(tvmk_requant_t, low, 6);
TVMK_AT(tvmk_requant_t, high, 7);
/* Range of the output, then its zero point replaces the pointer to tvmk_requant_t. */
#define TVMK_MVE_RANGE                 \
    "ldrsb lr, [%[o], #6]\n"           \
    "vdup.32 q4, lr\n"                 \
    "ldrsb lr, [%[o], #7]\n"           \
    "vdup.32 q5, lr\n"                 \
    "ldrsh %[o], [%[o], #4]\n"

/* Four sums to bytes: tvmk_mve_scale, zero point, range q4 to q5. */
#define TVMK_MVE_OUTPUTS(sums, out)    \
    "vldrw.32 q3, [" sums "], #16\n"   \
    "vadd.i32 q3, q3, q1\n"            \
    "vshr.s32 q6, q3, #31\n"           \
    "vqrdmulh.s32 q3, q3, q0\n"        \
    "vadd.i32 q3, q3, q6\n"            \
    "vrshl.s32 q3, q3, q2\n"           \
    "vadd.i32 q3, q3, %[o]\n"          \
    "vmax.s32 q3, q3, q4\n"            \
    "vmin.s32 q3, q3, q5\n"            \
    "vstrb.32 q3, [" out "], #4\n"

/* The bytes of n channels from their sums, at one position, or with a step other than 0 at a second one, too, whose sums are
 * TVMK_MVE_BLOCK words later and whose outputs are `step` bytes later: 26 instructions for 8 outputs. */
TVMK_SHARED void tvmk_mve_bytes(const int32_t *sums, const int32_t *table, int32_t n, const tvmk_requant_t *o, int8_t *out,
                                int32_t step) {
    /* q7: the address of the constants of four channels, before it is moved on. */
    uint32_t address = (uint32_t)table - 32;
    if (step == 0) {
        __asm__ volatile(
            "vidup.u32 q7, %[address], #8\n"
            TVMK_MVE_RANGE
            "dlstp.32 lr, %[n]\n"
            "1:\n"
            TVMK_MVE_CONSTANTS
            TVMK_MVE_OUTPUTS("%[sums]", "%[out]")
            "letp lr, 1b\n"
            : [address] "+Te"(address), [sums] "+r"(sums), [out] "+l"(out), [o] "+r"(o)
            : [n] "r"(n)
            : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "memory");
    } else {
        const int32_t *sums1 = sums + TVMK_MVE_BLOCK;
        int8_t *out1 = out + step;
        __asm__ volatile(
            "vidup.u32 q7, %[address], #8\n"
            TVMK_MVE_RANGE
            "dlstp.32 lr, %[n]\n"
            "1:\n"
            TVMK_MVE_CONSTANTS
            TVMK_MVE_OUTPUTS("%[sums]", "%[out]")
            TVMK_MVE_OUTPUTS("%[sums1]", "%[out1]")
            "letp lr, 1b\n"
            : [address] "+Te"(address), [sums] "+r"(sums), [sums1] "+r"(sums1), [out] "+l"(out), [out1] "+l"(out1),
              [o] "+r"(o)
            : [n] "r"(n)
            : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "memory");
    }
}

#endif

#endif
