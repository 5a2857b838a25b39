/* ADD on int8 in portable C: both inputs brought to a common scale at 20 more bits, added, brought to the output's scale.
 *
 * The common scale is twice the larger input scale. The input that has it (the first here; the compiler exchanges them if
 * necessary) is multiplied by exactly 1/2, so that (x − zero_point) · 2^20 / 2 needs no rounding; neither does the second if the scales
 * are equal. Everything below is kept doubled: 2 · SaturatingRoundingDoublingHighMul's operand.
 * (x − zero_point) · 2^20 is below 2^28: nothing can overflow. The output may overwrite an input of its own shape.
 */
#ifndef TVMK_ADD_PORTABLE_H
#define TVMK_ADD_PORTABLE_H

#include "base.h"

typedef struct {
    int32_t mantissa2;    /* of the second input */
    int32_t mantissa_out; /* of the sum */
    int8_t shift2;        /* to the right; 0 only if the second input has the scale of the first */
    int8_t shift_out;     /* to the right; 1 to 22 except for tvmk_add_general */
    int16_t zero_point1, zero_point2, zero_point_out;
    int8_t low, high;
} tvmk_add_t;

/* Twice the first input at the common scale. */
TVMK_INLINE int32_t tvmk_add_first(int32_t x, int32_t zero_point) { return (x - zero_point) * (INT32_C(1) << 20); }

/* Twice the second input at the common scale. */
TVMK_INLINE int32_t tvmk_add_second(const tvmk_add_t *l, int32_t x) {
    int32_t e = l->shift2;
    if (e == 0) {
        return tvmk_add_first(x, l->zero_point2);
    }
    return 2 * tvmk_requantize_doubled((x - l->zero_point2) * (INT32_C(1) << 21), l->mantissa2, INT32_C(1) << (e - 1), e - 1);
}

#if !TVMK_DSP && !TVMK_MVE

/* n sums of every `step1`-th and every `step2`-th element. */
TVMK_INLINE void tvmk_add_row(const tvmk_add_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int32_t step2,
                              int8_t *out, int32_t n) {
    int32_t rounding = (2 * l->zero_point_out + 1) * (INT32_C(1) << (l->shift_out - 1));
    if (l->shift2 == 0) {
        int32_t offset = -(l->zero_point1 + l->zero_point2) * (INT32_C(1) << 20);
        for (; n > 0; n--, in1 += step1, in2 += step2) {
            int32_t doubled = (*in1 + *in2) * (INT32_C(1) << 20) + offset;
            int32_t y = tvmk_requantize_doubled(doubled, l->mantissa_out, rounding, l->shift_out - 1);
            *out++ = (int8_t)tvmk_clamp(y, l->low, l->high);
        }
        return;
    }
    for (; n > 0; n--, in1 += step1, in2 += step2) {
        int32_t doubled = tvmk_add_first(*in1, l->zero_point1) + tvmk_add_second(l, *in2);
        int32_t y = tvmk_requantize_doubled(doubled, l->mantissa_out, rounding, l->shift_out - 1);
        *out++ = (int8_t)tvmk_clamp(y, l->low, l->high);
    }
}

/* The bytes are already in the range. */
TVMK_INLINE void tvmk_add_clamp(const tvmk_add_t *l, int8_t *out, int32_t n) { (void)l, (void)out, (void)n; }

#endif

#endif
