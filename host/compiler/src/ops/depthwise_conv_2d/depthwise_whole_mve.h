/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, with MVE: eight channels at a time. */
#ifndef TVMK_DEPTHWISE_WHOLE_MVE_H
#define TVMK_DEPTHWISE_WHOLE_MVE_H

#include "depthwise_whole_portable.h"
#include "mve_requant.h"

#if TVMK_MVE

/* All channels, the last few in fewer lanes. */
TVMK_INLINE void tvmk_depthwise_whole_layer(const tvmk_depthwise_whole_t *l, const int8_t *in, int8_t *out) {
    const int8_t *weights = l->weights;
    const int32_t *table = l->requant.table;
    for (int32_t left = l->channels; left > 0; left -= 8, in += 8, weights += 8, out += 8, table += 8 * TVMK_SHORT_WORDS) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        tvmk_mve_channels_t c[2]; /* of even places, of odd ones */
        tvmk_mve_eight_channels(&c[0], &c[1], table, left);
        int32x4_t even = c[0].bias, odd = c[1].bias;
        const int8_t *x = in, *w = weights;
        for (int32_t t = l->taps; t > 0; t--, x += l->channels, w += l->channels) {
            int16x8_t xs = vldrbq_z_s16(x, lanes), ws = vldrbq_z_s16(w, lanes);
            even = vaddq_s32(even, vmullbq_int_s16(xs, ws));
            odd = vaddq_s32(odd, vmulltq_int_s16(xs, ws));
        }
        vstrbq_p_s16(out, tvmk_mve_eight(even, odd, &c[0], &c[1], &l->requant, 0), lanes);
    }
}

#endif

#endif
