/* MAX_POOL_2D on int8 with the DSP extension: four channels a word. */
#ifndef TVMK_MAX_POOL_2D_DSP_H
#define TVMK_MAX_POOL_2D_DSP_H

#include "dsp_bytes.h"
#include "max_pool_2d_portable.h"

#if TVMK_DSP

/* The window at `in` to all channels at `out`. The last word of channels overlaps the one before if necessary. */
TVMK_INLINE void tvmk_max_pool_2d_window(const tvmk_max_pool_2d_t *l, const tvmk_max_pool_2d_part_t *part, const int8_t *in,
                                         int8_t *out, int32_t low, int32_t high) {
    int32_t channels = l->channels, rest = ((int32_t)l->in_width - part->width) * channels;
    if (channels < 4) {
        tvmk_max_pool_2d_channels(l, part, in, out, channels, low, high);
        return;
    }
    uint32_t low4 = tvmk_byte4(low), high4 = tvmk_byte4(high);
    for (int32_t c = 0; c < channels; c += 4) {
        int32_t first = tvmk_min(c, channels - 4);
        const int8_t *p = in + first;
        uint32_t largest = low4;
        for (int32_t y = part->height; y > 0; y--, p += rest) {
            for (int32_t x = part->width; x > 0; x--, p += channels) {
                largest = tvmk_max4(tvmk_load4(p), largest);
            }
        }
        largest = tvmk_min4(largest, high4);
        memcpy(out + first, &largest, 4);
    }
}

#endif

#endif
