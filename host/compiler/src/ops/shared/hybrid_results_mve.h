/* From sums of products to float32 with MVE: four at a time. */
#ifndef TVMK_HYBRID_RESULTS_MVE_H
#define TVMK_HYBRID_RESULTS_MVE_H

#include "hybrid_results_portable.h"
#include "hybrid_values_mve.h"

#ifdef TVMK_HYBRID_VECTORS

/* Vectors take numbers below FLT_MIN as 0. There are none: products and biases are 0 or at least 1e-24, so both and their sums are
 * multiples of 2^-103. Neither is there a NaN, nor -0. */
TVMK_INLINE void tvmk_hybrid_results(const tvmk_hybrid_t *l, const tvmk_hybrid_input_t *input, int32_t *sums, int32_t channel,
                                     int32_t count, const float *bias, float *out) {
    float scale = input->scale;
    if (!l->is_ordinary || l->float_offset || !(scale >= 1e-12f && scale <= 1e12f)) {
        tvmk_hybrid_results_portable(l, input, sums, channel, count, bias, out);
        return;
    }
    const tvmk_hybrid_t to = tvmk_hybrid_bounded(l);
    float32x4_t low = vdupq_n_f32(to.low), high = vdupq_n_f32(to.high);
    /* A row of gates begins with a multiple of four. */
    float32x4_t weights = to.scale_mask ? vldrwq_f32(to.scales) : vdupq_n_f32(to.scales[0]);
    const float *scales = to.scales + channel;
    const int32_t *totals = to.totals ? to.totals + channel : 0;
    bias = bias ? bias + channel : 0;
    for (; count > 0; count -= 4, sums += 4, out += 4, scales += 4) {
        mve_pred16_t some = vctp32q((uint32_t)count);
        int32x4_t sum = vldrwq_s32(sums);
        if (totals) {
            sum = vmlaq_n_s32(sum, vldrwq_z_s32(totals, some), -input->offset);
            totals += 4;
        }
        float32x4_t x = vcvtq_f32_s32(sum);
        if (to.scale_mask < 0) {
            weights = vldrwq_z_f32(scales, some);
        }
        if (to.weights_first) {
            x = vmulq_n_f32(vmulq_f32(x, weights), scale);
        } else {
            x = vmulq_f32(x, vmulq_n_f32(weights, scale));
        }
        if (bias) {
            x = vaddq_f32(x, vldrwq_z_f32(bias, some));
            bias += 4;
        }
        vstrwq_p_f32(out, vminnmq_f32(vmaxnmq_f32(x, low), high), some);
    }
}

#endif

#endif
