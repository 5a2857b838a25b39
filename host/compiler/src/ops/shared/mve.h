/* Inner loops for MVE (Helium). Weights as in the file, nothing packed or widened in memory: VMLADAVA multiplies and sums 16
 * bytes at once. Loops over the depth are in assembly for their tail predication (DLSTP, LETP), which the tested
 * compilers don't produce: they read exactly the bytes there are.
 */
#ifndef TVMK_MVE_H
#define TVMK_MVE_H

#include "base.h"

#if TVMK_MVE

enum { TVMK_MVE_BLOCK = 32 }; /* channels whose sums are collected before they become bytes */

/* Constants of four channels in the short form: mantissa, bias, minus the shift. */
typedef struct {
    int32x4_t mantissa, bias, shift;
} tvmk_mve_channels_t;

/* From four channels' two words. VRSHL looks at the lowest byte of a shift: the complement of e1 is -(e1 + 1). */
TVMK_INLINE tvmk_mve_channels_t tvmk_mve_words(int32x4_t first, int32x4_t second) {
    tvmk_mve_channels_t c = {first, vshrq_n_s32(second, 6), vorrq_n_s32(vmvnq_s32(second), 0xE0)};
    return c;
}

/* The first n of every `step`-th word, n from 0 to 4. Nothing behind them is read. */
TVMK_INLINE int32x4_t tvmk_mve_some(const int32_t *words, uint32_t step, int32_t n) {
    uint32x4_t place = vmulq_n_u32(vidupq_n_u32(0, 1), step * (uint32_t)sizeof(int32_t));
    return vldrwq_gather_offset_z_s32(words, place, vctp32q((uint32_t)n));
}

/* Of eight channels, or the first `left`: those of even places, then those of odd ones. */
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

/* In the general form, of the first n of every `step`-th channel: the shift as it is. */
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

/* Four sums with bias to what is left to clamp, without the zero point: tvmk_requantize_short. VQRDMULH is
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
                                     const tvmk_mve_channels_t *odd_channels, const tvmk_output_t *o, int general) {
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
TVMK_INLINE void tvmk_mve_bytes_general(const int32_t *sums, const int32_t *table, int32_t n, const tvmk_output_t *o,
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

/* Range of the output, then its zero point in the place of the pointer to tvmk_output_t. */
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

/* The bytes of n channels from their sums, at one position, or at a second one too, whose sums lie TVMK_MVE_BLOCK words behind
 * and whose outputs `step` bytes: 26 instructions for 8 outputs. */
TVMK_INLINE void tvmk_mve_bytes(const int32_t *sums, int32_t positions, const int32_t *table, int32_t n,
                                const tvmk_output_t *o, int8_t *out, int32_t step) {
    /* q7: the address of the constants of four channels, before it is moved on. */
    uint32_t address = (uint32_t)table - 32;
    if (positions == 1) {
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

/* One vector of `depth` bytes times the matrix [channels][depth]: all outputs of one position. Four channels a pass, 10
 * instructions for 64 multiplications. */
TVMK_INLINE void tvmk_mve_position_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                      const tvmk_output_t *o, int8_t *out, int general) {
    int32_t sums[TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    for (; channels > 0; channels -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(channels, TVMK_MVE_BLOCK);
        for (int32_t c = 0; c < n; c += 4, weights += 4 * depth) {
            /* Rows behind the last are that of the first. */
            const int8_t *v = x, *w0 = weights, *w1 = n - c > 1 ? w0 + depth : w0;
            const int8_t *w2 = n - c > 2 ? w1 + depth : w0, *w3 = n - c > 3 ? w2 + depth : w0;
            int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
            __asm__ volatile(
                "dlstp.8 lr, %[depth]\n"
                "1:\n"
                "vldrb.8 q0, [%[v]], #16\n"
                "vldrb.8 q1, [%[w0]], #16\n"
                "vmladava.s8 %[a0], q0, q1\n"
                "vldrb.8 q2, [%[w1]], #16\n"
                "vmladava.s8 %[a1], q0, q2\n"
                "vldrb.8 q3, [%[w2]], #16\n"
                "vmladava.s8 %[a2], q0, q3\n"
                "vldrb.8 q1, [%[w3]], #16\n"
                "vmladava.s8 %[a3], q0, q1\n"
                "letp lr, 1b\n"
                : [a0] "+Te"(a0), [a1] "+Te"(a1), [a2] "+Te"(a2), [a3] "+Te"(a3), [v] "+r"(v), [w0] "+r"(w0),
                  [w1] "+r"(w1), [w2] "+r"(w2), [w3] "+r"(w3)
                : [depth] "r"(depth)
                : "lr", "q0", "q1", "q2", "q3", "memory");
            sums[c] = a0;
            sums[c + 1] = a1;
            sums[c + 2] = a2;
            sums[c + 3] = a3;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
        } else {
            tvmk_mve_bytes(sums, 1, table, n, o, out, 0);
        }
    }
}
TVMK_SHARED void tvmk_mve_position(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                   const tvmk_output_t *o, int8_t *out) {
    tvmk_mve_position_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_position_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                           const tvmk_output_t *o, int8_t *out) {
    tvmk_mve_position_as(x, weights, depth, channels, o, out, 1);
}

/* A sum of one to four times 16 products: weights from w, the vector in q0 to q3. */
#define TVMK_MVE_ROW1(sum)             \
    "vldrb.8 q4, [%[w]], #16\n"        \
    "vmladav.s8 " sum ", q0, q4\n"
#define TVMK_MVE_ROW2(sum)             \
    TVMK_MVE_ROW1(sum)                 \
    "vldrb.8 q5, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q1, q5\n"
#define TVMK_MVE_ROW3(sum)             \
    TVMK_MVE_ROW2(sum)                 \
    "vldrb.8 q4, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q2, q4\n"
#define TVMK_MVE_ROW4(sum)             \
    TVMK_MVE_ROW3(sum)                 \
    "vldrb.8 q5, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q3, q5\n"
#define TVMK_MVE_VECTOR1 "vldrb.8 q0, [%[x]]\n"
#define TVMK_MVE_VECTOR2 TVMK_MVE_VECTOR1 "vldrb.8 q1, [%[x], #16]\n"
#define TVMK_MVE_VECTOR3 TVMK_MVE_VECTOR2 "vldrb.8 q2, [%[x], #32]\n"
#define TVMK_MVE_VECTOR4 TVMK_MVE_VECTOR3 "vldrb.8 q3, [%[x], #48]\n"
#define TVMK_MVE_SHORT(vector, row)                                                         \
    __asm__ volatile(                                                                       \
        vector                                                                              \
        "dls lr, %[pairs]\n"                                                                \
        "1:\n"                                                                              \
        row("%[a0]") row("%[a1]")                                                           \
        "strd %[a0], %[a1], [%[sums]], #8\n"                                                \
        "le lr, 1b\n"                                                                       \
        : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [w] "+r"(w), [sums] "+r"(sums)                  \
        : [pairs] "r"(pairs), [x] "r"(x)                                                    \
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "memory")

/* Sums of one position and `pairs` times two channels where the vector stays in registers: 18 instructions for 128
 * multiplications with a depth of 64. */
TVMK_INLINE void tvmk_mve_short(const int8_t *x, const int8_t *w, int32_t depth, int32_t pairs, int32_t *sums) {
    int32_t a0, a1;
    switch (depth) {
    case 16: TVMK_MVE_SHORT(TVMK_MVE_VECTOR1, TVMK_MVE_ROW1); break;
    case 32: TVMK_MVE_SHORT(TVMK_MVE_VECTOR2, TVMK_MVE_ROW2); break;
    case 48: TVMK_MVE_SHORT(TVMK_MVE_VECTOR3, TVMK_MVE_ROW3); break;
    default: TVMK_MVE_SHORT(TVMK_MVE_VECTOR4, TVMK_MVE_ROW4); break;
    }
}

/* Two vectors, one after the other at x, and their outputs, `channels` bytes each, one after the other. Two channels a pass, 9
 * instructions for 64 multiplications. */
TVMK_INLINE void tvmk_mve_positions_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                       const tvmk_output_t *o, int8_t *out, int general) {
    int32_t sums[2 * TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    int is_short = depth <= 64 && depth % 16 == 0 && channels % 2 == 0;
    int32_t left = channels;
    for (; left > 0; left -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(left, TVMK_MVE_BLOCK);
        if (is_short) {
            tvmk_mve_short(x, weights, depth, n / 2, sums);
            tvmk_mve_short(x + depth, weights, depth, n / 2, sums + TVMK_MVE_BLOCK);
            weights += n * depth;
        }
        for (int32_t c = 0; c < n && !is_short; c += 2, weights += 2 * depth) {
            const int8_t *x0 = x, *x1 = x + depth, *w0 = weights, *w1 = n - c > 1 ? w0 + depth : w0;
            int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
            __asm__ volatile(
                "dlstp.8 lr, %[depth]\n"
                "1:\n"
                "vldrb.8 q0, [%[x0]], #16\n"
                "vldrb.8 q2, [%[w0]], #16\n"
                "vmladava.s8 %[a0], q0, q2\n"
                "vldrb.8 q1, [%[x1]], #16\n"
                "vmladava.s8 %[b0], q1, q2\n"
                "vldrb.8 q3, [%[w1]], #16\n"
                "vmladava.s8 %[a1], q0, q3\n"
                "vmladava.s8 %[b1], q1, q3\n"
                "letp lr, 1b\n"
                : [a0] "+Te"(a0), [a1] "+Te"(a1), [b0] "+Te"(b0), [b1] "+Te"(b1), [x0] "+r"(x0), [x1] "+r"(x1),
                  [w0] "+r"(w0), [w1] "+r"(w1)
                : [depth] "r"(depth)
                : "lr", "q0", "q1", "q2", "q3", "memory");
            sums[c] = a0;
            sums[c + 1] = a1;
            sums[TVMK_MVE_BLOCK + c] = b0;
            sums[TVMK_MVE_BLOCK + c + 1] = b1;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK, table, n, o, out + channels);
        } else {
            tvmk_mve_bytes(sums, 2, table, n, o, out, channels);
        }
    }
}
TVMK_SHARED void tvmk_mve_positions(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                    const tvmk_output_t *o, int8_t *out) {
    tvmk_mve_positions_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_positions_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                            const tvmk_output_t *o, int8_t *out) {
    tvmk_mve_positions_as(x, weights, depth, channels, o, out, 1);
}

/* A product of one vector or two with a matrix. */
typedef void (*tvmk_mve_product_t)(const int8_t *, const int8_t *, int32_t, int32_t, const tvmk_output_t *, int8_t *);

#endif

#endif
