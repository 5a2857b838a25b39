/* Inner loops for MVE (Helium), with the intrinsics of arm_mve.h. Weights as in the file, nothing packed or widened in memory:
 * VMLADAVA multiplies and sums 16 bytes at once. */
#ifndef TVMK_MVE_H
#define TVMK_MVE_H

#include "base.h"

#if TVMK_MVE

/* Four doubled sums with bias to bytes in words: tvmk_requantize_doubled and clamp, lane by lane. */
TVMK_INLINE int32x4_t tvmk_mve_bytes(int32x4_t a, int32x4_t mantissa, int32x4_t e1, const tvmk_output_t *o) {
    int32x4_t rounding = vshlq_s32(vdupq_n_s32(2 * o->zero_point + 1), e1);
    int32x4_t t = vaddq_s32(vrmulhq_s32(a, mantissa), vshrq_n_s32(a, 31));
    t = vshlq_s32(vaddq_s32(t, rounding), vsubq_s32(vdupq_n_s32(-1), e1));
    return vmaxq_s32(vminq_s32(t, vdupq_n_s32(o->high)), vdupq_n_s32(o->low));
}

/* One vector of `depth` bytes times the matrix [channels][depth]: all outputs of one position. Four channels a pass, 9
 * instructions for 64 multiplications. */
TVMK_SHARED void tvmk_mve_position(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                   const tvmk_output_t *o, int8_t *out) {
    const int32_t *table = o->table;
    for (int32_t c = 0; c < channels; c += 4, table += 4 * TVMK_SHORT_WORDS, weights += 4 * depth) {
        const int8_t *w0 = weights, *w1 = w0 + depth, *w2 = w1 + depth, *w3 = w2 + depth;
        mve_pred16_t lanes = vctp32q((uint32_t)(channels - c));
        int32x4x2_t constants;
        if (channels - c < 4) {
            /* Rows and constants behind the end stay unread. */
            uint32x4_t place = vmulq_n_u32(vidupq_n_u32(0, 1), 2 * sizeof(int32_t));
            constants.val[0] = vldrwq_gather_offset_z_s32(table, place, lanes);
            constants.val[1] = vldrwq_gather_offset_z_s32(table + 1, place, lanes);
            w1 = channels - c > 1 ? w1 : w0;
            w2 = channels - c > 2 ? w2 : w0;
            w3 = w0;
        } else {
            constants = vld2q_s32(table);
        }
        int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
        int32_t k = 0;
        for (; k + 16 <= depth; k += 16) {
            int8x16_t v = vldrbq_s8(x + k);
            a0 = vmladavaq_s8(a0, v, vldrbq_s8(w0 + k));
            a1 = vmladavaq_s8(a1, v, vldrbq_s8(w1 + k));
            a2 = vmladavaq_s8(a2, v, vldrbq_s8(w2 + k));
            a3 = vmladavaq_s8(a3, v, vldrbq_s8(w3 + k));
        }
        if (k < depth) {
            mve_pred16_t p = vctp8q((uint32_t)(depth - k));
            int8x16_t v = vldrbq_z_s8(x + k, p);
            a0 = vmladavaq_s8(a0, v, vldrbq_z_s8(w0 + k, p));
            a1 = vmladavaq_s8(a1, v, vldrbq_z_s8(w1 + k, p));
            a2 = vmladavaq_s8(a2, v, vldrbq_z_s8(w2 + k, p));
            a3 = vmladavaq_s8(a3, v, vldrbq_z_s8(w3 + k, p));
        }
        int32x4_t sum = vdupq_n_s32(a0);
        sum = vsetq_lane_s32(a1, sum, 1);
        sum = vsetq_lane_s32(a2, sum, 2);
        sum = vsetq_lane_s32(a3, sum, 3);
        int32x4_t doubled = vaddq_s32(vshlq_n_s32(sum, 1), vshrq_n_s32(constants.val[1], 5));
        int32x4_t e1 = vandq_s32(constants.val[1], vdupq_n_s32(31));
        vstrbq_p_s32(out + c, tvmk_mve_bytes(doubled, constants.val[0], e1, o), lanes);
    }
}

#endif

#endif
