/* ADD on int8: both inputs brought to a common scale at 20 more bits, added, brought to the output's scale.
 *
 * The common scale is twice the larger input scale. The input that has it (the first here, exchanged by the compiler if need
 * be) is multiplied by exactly 1/2, so that (x − zero_point) · 2^20 / 2 needs no rounding; neither does the second if the scales
 * are equal. Everything below is kept doubled: 2 · SaturatingRoundingDoublingHighMul's operand.
 * (x − zero_point) · 2^20 is below 2^28: nothing can overflow. The output may overwrite an input of its own shape.
 */
#ifndef TVMK_ADD_H
#define TVMK_ADD_H

#include "broadcast.h"

typedef struct {
    int32_t mantissa2;    /* of the second input */
    int32_t mantissa_out; /* of the sum */
    int8_t shift2;        /* to the right; 0 only if the second input has the scale of the first */
    int8_t shift_out;     /* to the right; 1 to 22 for tvmk_add */
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

#if TVMK_MVE

/* Four elements in words, `x` and `y` less their zero points: tvmk_add_first and tvmk_add_second, not doubled. */
TVMK_INLINE int32x4_t tvmk_add_four(const tvmk_add_t *l, int32x4_t x, int32x4_t y) {
    x = vshlq_n_s32(vsubq_n_s32(x, l->zero_point1), 19);
    y = vsubq_n_s32(y, l->zero_point2);
    if (l->shift2 == 0) {
        y = vshlq_n_s32(y, 19);
    } else {
        y = vshlq_n_s32(y, 20);
        y = vaddq_s32(vqrdmulhq_n_s32(y, l->mantissa2), vshrq_n_s32(y, 31));
        y = vrshlq_n_s32(y, -l->shift2);
    }
    x = vaddq_s32(x, y);
    x = vaddq_s32(vqrdmulhq_n_s32(x, l->mantissa_out), vshrq_n_s32(x, 31));
    x = vaddq_n_s32(vrshlq_n_s32(x, -l->shift_out), l->zero_point_out);
    return vmaxq_s32(vminq_s32(x, vdupq_n_s32(l->high)), vdupq_n_s32(l->low));
}

/* Two tensors of one shape. */
TVMK_SHARED void tvmk_add(const tvmk_add_t *layer, const int8_t *in1, const int8_t *in2, int8_t *out, int32_t count) {
    const tvmk_add_t l = *layer;
    for (; count >= 4; count -= 4, in1 += 4, in2 += 4, out += 4) {
        vstrbq_s32(out, tvmk_add_four(&l, vldrbq_s32(in1), vldrbq_s32(in2)));
    }
    mve_pred16_t lanes = vctp32q((uint32_t)count);
    vstrbq_p_s32(out, tvmk_add_four(&l, vldrbq_z_s32(in1, lanes), vldrbq_z_s32(in2, lanes)), lanes);
}

#else

/* Two tensors of one shape. Constants go to locals: the output could overlap *l as far as the compiler knows. */
TVMK_SHARED void tvmk_add(const tvmk_add_t *layer, const int8_t *in1, const int8_t *in2, int8_t *out, int32_t count) {
    const tvmk_add_t l = *layer;
    const int8_t *end = in1 + count;
    int32_t rounding = (2 * l.zero_point_out + 1) * (INT32_C(1) << (l.shift_out - 1));
    if (l.shift2 == 0) {
        int32_t offset = -(l.zero_point1 + l.zero_point2) * (INT32_C(1) << 20);
        while (in1 != end) {
            int32_t doubled = (*in1++ + *in2++) * (INT32_C(1) << 20) + offset;
            int32_t y = tvmk_requantize_doubled(doubled, l.mantissa_out, rounding, l.shift_out - 1);
            *out++ = (int8_t)tvmk_clamp(y, l.low, l.high);
        }
        return;
    }
    while (in1 != end) {
        int32_t doubled = tvmk_add_first(*in1++, l.zero_point1) + tvmk_add_second(&l, *in2++);
        int32_t y = tvmk_requantize_doubled(doubled, l.mantissa_out, rounding, l.shift_out - 1);
        *out++ = (int8_t)tvmk_clamp(y, l.low, l.high);
    }
}

#endif

/* Any shapes and scales. */
TVMK_SHARED void tvmk_add_broadcast(const tvmk_add_t *l, const tvmk_broadcast_t *b, const int8_t *in1,
                                    const int8_t *in2, int8_t *out) {
    for (int32_t i = 0; i < b->shape[0]; i++) {
        for (int32_t j = 0; j < b->shape[1]; j++) {
            for (int32_t k = 0; k < b->shape[2]; k++) {
                const int8_t *p1 = in1 + i * b->step1[0] + j * b->step1[1] + k * b->step1[2];
                const int8_t *p2 = in2 + i * b->step2[0] + j * b->step2[1] + k * b->step2[2];
                for (int32_t c = 0; c < b->shape[3]; c++) {
                    int32_t doubled = tvmk_add_first(*p1, l->zero_point1) + tvmk_add_second(l, *p2);
                    int32_t y = tvmk_multiply(doubled / 2, l->mantissa_out, -l->shift_out) + l->zero_point_out;
                    *out++ = (int8_t)tvmk_clamp(y, l->low, l->high);
                    p1 += b->step1[3];
                    p2 += b->step2[3];
                }
            }
        }
    }
}

#endif
