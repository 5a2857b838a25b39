/* ADD on int8 with MVE: four elements at a time. */
#ifndef TVMK_ADD_MVE_H
#define TVMK_ADD_MVE_H

#include "add_portable.h"

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

/* n sums of every `step1`-th and every `step2`-th element. */
TVMK_INLINE void tvmk_add_row(const tvmk_add_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int32_t step2,
                              int8_t *out, int32_t n) {
    int8_t repeated1[4], repeated2[4];
    if (step1 == 0) {
        vstrbq_s32(repeated1, vdupq_n_s32(*in1));
        in1 = repeated1;
    }
    if (step2 == 0) {
        vstrbq_s32(repeated2, vdupq_n_s32(*in2));
        in2 = repeated2;
    }
    for (; n >= 4; n -= 4, in1 += 4 * step1, in2 += 4 * step2, out += 4) {
        vstrbq_s32(out, tvmk_add_four(l, vldrbq_s32(in1), vldrbq_s32(in2)));
    }
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    vstrbq_p_s32(out, tvmk_add_four(l, vldrbq_z_s32(in1, lanes), vldrbq_z_s32(in2, lanes)), lanes);
}

/* The bytes are already in the range. */
TVMK_INLINE void tvmk_add_clamp(const tvmk_add_t *l, int8_t *out, int32_t n) { (void)l, (void)out, (void)n; }

#endif

#endif
