/* MAX_POOL_2D on int8 in portable C: the largest elements of one window. */
#ifndef TVMK_MAX_POOL_2D_PORTABLE_H
#define TVMK_MAX_POOL_2D_PORTABLE_H

#include "max_pool_2d_parts.h"

/* The window at `in` to n channels at `out`, one after the other. The search starts with the clamp's lower limit. */
TVMK_INLINE void tvmk_max_pool_2d_channels(const tvmk_max_pool_2d_t *l, const tvmk_max_pool_2d_part_t *part, const int8_t *in,
                                           int8_t *out, int32_t n, int32_t low, int32_t high) {
    int32_t channels = l->channels, step = (int32_t)l->in_width * channels;
    for (int32_t c = 0; c < n; c++) {
        const int8_t *row = in + c;
        int32_t largest = low;
        for (int32_t y = part->height; y > 0; y--, row += step) {
            const int8_t *p = row;
            for (int32_t x = part->width; x > 0; x--, p += channels) {
                largest = tvmk_max(*p, largest);
            }
        }
        out[c] = (int8_t)tvmk_min(largest, high);
    }
}

#if !TVMK_DSP && !TVMK_MVE

/* The window at `in` to all channels at `out`. For hosts with vectors of bytes: channels are compared side by side. */
TVMK_INLINE void tvmk_max_pool_2d_window(const tvmk_max_pool_2d_t *l, const tvmk_max_pool_2d_part_t *part, const int8_t *in,
                                         int8_t *out, int32_t low, int32_t high) {
#if UINTPTR_MAX > UINT32_MAX
    int32_t channels = l->channels, rest = ((int32_t)l->in_width - part->width) * channels;
    memset(out, (int)low, (size_t)channels);
    for (int32_t y = part->height; y > 0; y--, in += rest) {
        for (int32_t x = part->width; x > 0; x--, in += channels) {
            for (int32_t c = 0; c < channels; c++) {
                out[c] = in[c] > out[c] ? in[c] : out[c];
            }
        }
    }
    for (int32_t c = 0; c < channels && high < 127; c++) {
        out[c] = (int8_t)tvmk_min(out[c], high);
    }
#else
    tvmk_max_pool_2d_channels(l, part, in, out, l->channels, low, high);
#endif
}

#endif

#endif
