/* MUL on int8 with MVE: four products at a time. */
#ifndef TVMK_MUL_MVE_H
#define TVMK_MUL_MVE_H

#include "mul_portable.h"

#if TVMK_MVE

/* Four products, requantised: tvmk_mve_scale with constants of the layer. */
TVMK_INLINE int32x4_t tvmk_mul_four(const tvmk_mul_t *l, int32x4_t x, int32x4_t y) {
    int32x4_t product = vmulq_s32(vsubq_n_s32(x, l->zero_point1), vsubq_n_s32(y, l->zero_point2));
    product = vaddq_s32(vqrdmulhq_n_s32(product, l->mantissa), vshrq_n_s32(product, 31));
    product = vaddq_n_s32(vrshlq_n_s32(product, l->shift), l->zero_point_out);
    return vmaxq_s32(vminq_s32(product, vdupq_n_s32(l->high)), vdupq_n_s32(l->low));
}

/* n products with shifts of -22 to -1: of the first input every `step1`-th element, of the second all. */
TVMK_INLINE void tvmk_mul_row(const tvmk_mul_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int8_t *out,
                              int32_t n) {
    int8_t repeated[4];
    if (step1 == 0) {
        vstrbq_s32(repeated, vdupq_n_s32(*in1));
        in1 = repeated;
    }
    for (; n >= 4; n -= 4, in1 += 4 * step1, in2 += 4, out += 4) {
        vstrbq_s32(out, tvmk_mul_four(l, vldrbq_s32(in1), vldrbq_s32(in2)));
    }
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    vstrbq_p_s32(out, tvmk_mul_four(l, vldrbq_z_s32(in1, lanes), vldrbq_z_s32(in2, lanes)), lanes);
}

#endif

#endif
