/* AVERAGE_POOL_2D on int8 with the DSP extension: four channels a word. */
#ifndef TVMK_AVERAGE_POOL_2D_DSP_H
#define TVMK_AVERAGE_POOL_2D_DSP_H

#include "average_pool_2d_portable.h"

#if TVMK_DSP

/* One output position: all channels. Sums are halfwords: 256 bytes fit. */
TVMK_INLINE void tvmk_average_pool_2d_window(const int8_t *in, int8_t *out, int32_t height, int32_t width, int32_t step,
                                             int32_t channels, int32_t low, int32_t high, int up) {
    int32_t count = height * width;
    int32_t c = 0;
    for (; c + 4 <= channels && count <= 256; c += 4) {
        int32_t even = 0, odd = 0;
        for (int32_t y = 0; y < height; y++) {
            const int8_t *p = in + y * step + c;
            for (int32_t x = 0; x < width; x++, p += channels) {
                uint32_t w = tvmk_load4(p);
                __asm__("sxtab16 %0, %0, %1" : "+r"(even) : "r"(w));
                __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(w));
            }
        }
        int32_t sums[4] = {(int16_t)even, (int16_t)odd, even >> 16, odd >> 16};
        for (int32_t i = 0; i < 4; i++) {
            out[c + i] = tvmk_average(sums[i], count, low, high, up);
        }
    }
    tvmk_average_pool_2d_channels(in, out, c, height, width, step, channels, low, high, up);
}

#endif

#endif
