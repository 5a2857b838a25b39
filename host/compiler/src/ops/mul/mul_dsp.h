/* MUL on int8 with the DSP extension: one instruction saturates to a byte, the output's range is applied after all rows. */
#ifndef TVMK_MUL_DSP_H
#define TVMK_MUL_DSP_H

#include "dsp_bytes.h"
#include "mul_portable.h"

#if TVMK_DSP

/* n products with shifts of -22 to -1: of the first input every `step1`-th element, of the second all. */
TVMK_INLINE void tvmk_mul_row(const tvmk_mul_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int8_t *out,
                              int32_t n) {
    int32_t mantissa = l->mantissa, shift = -l->shift, zero2 = 2 * l->zero_point2, zero1 = l->zero_point1;
    int32_t rounding = (2 * l->zero_point_out + 1) * (INT32_C(1) << (shift - 1));
    for (const int8_t *end = in2 + n; in2 != end; in1 += step1) {
        int32_t doubled = (*in1 - zero1) * (2 * *in2++ - zero2);
        int32_t y = tvmk_scale_doubled(doubled, mantissa, rounding) >> shift;
        *out++ = (int8_t)tvmk_byte(y);
    }
}

/* Brings n bytes into the layer's range. */
TVMK_INLINE void tvmk_mul_clamp(const tvmk_mul_t *l, int8_t *out, int32_t n) { tvmk_clamp_bytes(out, n, l->low, l->high); }

#endif

#endif
