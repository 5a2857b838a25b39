/* AVERAGE_POOL_2D on int8: elements outside the input are not counted; halves are rounded away from zero. */
#ifndef TVMK_AVERAGE_POOL_2D_H
#define TVMK_AVERAGE_POOL_2D_H

#include "base.h"

typedef struct {
    uint16_t batches, in_height, in_width, channels;
    uint16_t out_height, out_width;
    uint16_t window_height, window_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    int8_t low, high;
} tvmk_average_pool_2d_t;

/* One output position: `height` × `width` elements, rows `step` bytes apart. */
TVMK_INLINE void tvmk_average_pool_2d_window(const int8_t *in, int8_t *out, int32_t height, int32_t width, int32_t step,
                                             int32_t channels, int32_t low, int32_t high) {
    int32_t count = height * width;
    int32_t c = 0;
#if TVMK_DSP
    /* Four channels a word, sums in halfwords: 256 bytes fit. */
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
            int32_t sum = (sums[i] > 0 ? sums[i] + count / 2 : sums[i] - count / 2) / count;
            out[c + i] = (int8_t)tvmk_clamp(sum, low, high);
        }
    }
#elif TVMK_MVE
    /* Eight channels at a time, sums in halfwords: 256 bytes fit. */
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
            int32_t sum = (sums[i] > 0 ? sums[i] + count / 2 : sums[i] - count / 2) / count;
            out[c + i] = (int8_t)tvmk_clamp(sum, low, high);
        }
    }
#endif
    for (; c < channels; c++) {
        int32_t sum = 0;
        for (int32_t y = 0; y < height; y++) {
            const int8_t *p = in + y * step + c;
            for (int32_t x = 0; x < width; x++, p += channels) {
                sum += *p;
            }
        }
        sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        out[c] = (int8_t)tvmk_clamp(sum, low, high);
    }
}

TVMK_SHARED void tvmk_average_pool_2d(const tvmk_average_pool_2d_t *l, const int8_t *in, int8_t *out) {
    int32_t step = (int32_t)l->in_width * l->channels;
    for (int32_t b = 0; b < l->batches; b++, in += l->in_height * step) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            int32_t y = oy * l->stride_height - l->pad_top;
            int32_t top = tvmk_max(y, 0);
            int32_t height = tvmk_min(y + l->window_height, l->in_height) - top;
            for (int32_t ox = 0; ox < l->out_width; ox++, out += l->channels) {
                int32_t x = ox * l->stride_width - l->pad_left;
                int32_t left = tvmk_max(x, 0);
                int32_t width = tvmk_min(x + l->window_width, l->in_width) - left;
                tvmk_average_pool_2d_window(in + top * step + left * l->channels, out, height, width, step, l->channels,
                                            l->low, l->high);
            }
        }
    }
}

#endif
