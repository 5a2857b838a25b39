/* MAX_POOL_2D on int8 with MVE: sixteen channels at a time. */
#ifndef TVMK_MAX_POOL_2D_MVE_H
#define TVMK_MAX_POOL_2D_MVE_H

#include "max_pool_2d_parts.h"

#if TVMK_MVE

/* The window at `in` to all channels at `out`. */
TVMK_INLINE void tvmk_max_pool_2d_window(const tvmk_max_pool_2d_t *l, const tvmk_max_pool_2d_part_t *part, const int8_t *in,
                                         int8_t *out, int32_t low, int32_t high) {
    int32_t channels = l->channels, rest = ((int32_t)l->in_width - part->width) * channels;
    for (int32_t c = 0; c < channels; c += 16) {
        mve_pred16_t lanes = vctp8q((uint32_t)(channels - c));
        const int8_t *p = in + c;
        int8x16_t largest = vdupq_n_s8((int8_t)low);
        for (int32_t y = part->height; y > 0; y--, p += rest) {
            for (int32_t x = part->width; x > 0; x--, p += channels) {
                largest = vmaxq_s8(vldrbq_z_s8(p, lanes), largest);
            }
        }
        vstrbq_p_s8(out + c, vminq_s8(largest, vdupq_n_s8((int8_t)high)), lanes);
    }
}

#endif

#endif
