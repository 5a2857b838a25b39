/* AVERAGE_POOL_2D on int8 with MVE: eight channels at a time. */
#ifndef TVMK_AVERAGE_POOL_2D_MVE_H
#define TVMK_AVERAGE_POOL_2D_MVE_H

#include "average_pool_2d_portable.h"

#if TVMK_MVE

/* One output position: all channels. Sums are halfwords: 256 bytes fit. */
TVMK_INLINE void tvmk_average_pool_2d_window(const int8_t *in, int8_t *out, int32_t height, int32_t width, int32_t step,
                                             int32_t channels, int32_t low, int32_t high, int up) {
    int32_t count = height * width;
    int32_t c = 0;
    for (; c < channels && count <= 256; c += 8) {
        mve_pred16_t lanes = vctp16q((uint32_t)(channels - c));
        int16x8_t total = vdupq_n_s16(0);
        for (int32_t y = 0; y < height; y++) {
            const int8_t *p = in + y * step + c;
            for (int32_t x = 0; x < width; x++, p += channels) {
                total = vaddq_s16(total, vldrbq_z_s16(p, lanes));
            }
        }
        int16_t sums[8];
        vstrhq_s16(sums, total);
        for (int32_t i = 0; i < tvmk_min(channels - c, 8); i++) {
            out[c + i] = tvmk_average(sums[i], count, low, high, up);
        }
    }
    tvmk_average_pool_2d_channels(in, out, c, height, width, step, channels, low, high, up);
}

#endif

#endif
