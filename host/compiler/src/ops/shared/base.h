/* Shared by all kernels: the fixed-point arithmetic of TensorFlow Lite Micro, how sums become bytes, copying and filling.
 *
 * Shifting a negative number right is taken to be arithmetic, as every compiler for the supported cores does it.
 */
#ifndef TVMK_BASE_H
#define TVMK_BASE_H

#include "core.h"
#include "base_portable.h"
#include "base_dsp.h"
#include "base_mve.h"

TVMK_INLINE int32_t tvmk_min(int32_t a, int32_t b) { return a < b ? a : b; }
TVMK_INLINE int32_t tvmk_max(int32_t a, int32_t b) { return a > b ? a : b; }
TVMK_INLINE int32_t tvmk_clamp(int32_t x, int32_t low, int32_t high) { return tvmk_min(tvmk_max(x, low), high); }

/* gemmlowp's SaturatingRoundingDoublingHighMul for every pair except INT32_MIN, INT32_MIN:
 * (2ab + 2^31) >> 32 rounds halves up, which equals adding the signed nudge and dividing towards zero. */
TVMK_INLINE int32_t tvmk_high_mul(int32_t a, int32_t b) { return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31); }

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
 * General form, three words a channel: bias, mantissa, shift, for layers without such a proof. */
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
    /* Wraps, as the reference's code does, if a factor above 1 makes the product overflow int32. */
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

/* The scratch memory that a layer's kernel needs, and what it was given. Tests define it to compare the two. */
#ifndef TVMK_SCRATCH
#define TVMK_SCRATCH(needed, given) ((void)0)
#endif

/* Checks the offset of a member that assembly reads. */
#define TVMK_AT(type, member, bytes) typedef char type##_##member##_at[offsetof(type, member) == (bytes) ? 1 : -1]

TVMK_INLINE int8_t tvmk_requantize(int32_t sum, const tvmk_requant_t *o, int32_t channel, int general) {
    int32_t y = general ? tvmk_requantize_general(sum, o->table + TVMK_GENERAL_WORDS * channel, o->zero_point)
                        : tvmk_requantize_short(sum, o->table + TVMK_SHORT_WORDS * channel, o->zero_point);
    return (int8_t)tvmk_clamp(y, o->low, o->high);
}

#endif
