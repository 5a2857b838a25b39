/* AVERAGE_POOL_2D on int8 in portable C: the averages of one window; the layer. */
#ifndef TVMK_AVERAGE_POOL_2D_PORTABLE_H
#define TVMK_AVERAGE_POOL_2D_PORTABLE_H

#include "base.h"

typedef struct {
    tvmk_extent_t batches, in_height, in_width, channels;
    tvmk_extent_t out_height, out_width;
    uint16_t window_height, window_width;
    tvmk_extent_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    int8_t low, high;
} tvmk_average_pool_2d_t;

/* sum / count, rounded half away from zero; with `up` half up, as the reference rounds elements of uint8, here 128 less. */
TVMK_INLINE int8_t tvmk_average(int32_t sum, int32_t count, int32_t low, int32_t high, int up) {
    if (up) {
        sum = (sum + 128 * count + count / 2) / count - 128;
    } else {
        sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    }
    return (int8_t)tvmk_clamp(sum, low, high);
}

/* The channels from `c` on of a window of `height` × `width` elements, rows `step` bytes apart. */
TVMK_INLINE void tvmk_average_pool_2d_channels(const int8_t *in, int8_t *out, int32_t c, int32_t height, int32_t width,
                                               int32_t step, int32_t channels, int32_t low, int32_t high, int up) {
    for (; c < channels; c++) {
        int32_t sum = 0;
        for (int32_t y = 0; y < height; y++) {
            const int8_t *p = in + y * step + c;
            for (int32_t x = 0; x < width; x++, p += channels) {
                sum += *p;
            }
        }
        out[c] = tvmk_average(sum, height * width, low, high, up);
    }
}

#if !TVMK_DSP && !TVMK_MVE

/* One output position: all channels. */
TVMK_INLINE void tvmk_average_pool_2d_window(const int8_t *in, int8_t *out, int32_t height, int32_t width, int32_t step,
                                             int32_t channels, int32_t low, int32_t high, int up) {
    tvmk_average_pool_2d_channels(in, out, 0, height, width, step, channels, low, high, up);
}

#endif

#endif
