/* CONV_2D on int8 with a window of 3 x 3 and stride 1 by Winograd's F(2 x 2, 3 x 3) in integers: 16 products instead of 36 for four
 * outputs, with weights of int16 that take 3.6 times the flash. Input and output channels are multiples of 4; short output form.
 *
 * Two tiles side by side at a time: 4 x 6 elements of the input become values in scratch memory, and these 2 x 4 outputs of all
 * channels.
 */
#ifndef TVMK_CONV_2D_WINOGRAD_H
#define TVMK_CONV_2D_WINOGRAD_H

#include "conv_2d.h"
#include "conv_2d_winograd_portable.h"
#include "conv_2d_winograd_dsp.h"
#include "conv_2d_winograd_mve.h"

/* Bytes of scratch memory on any core: values; and sums and an output beyond the image's border, or an input beyond it. */
TVMK_INLINE int32_t tvmk_conv_2d_winograd_scratch(const tvmk_conv_2d_t *l) {
    return 64 * (int32_t)l->in_channels + tvmk_max(24 * (int32_t)l->in_channels, 256 + 8 * (int32_t)l->out_channels);
}

#if !TVMK_MVE

/* The values of two tiles from (y, x) of the input on; `window` has room for elements where some are beyond the border. */
TVMK_INLINE void tvmk_conv_2d_winograd_values(const tvmk_conv_2d_t *l, const int8_t *in, int32_t y, int32_t x, int32_t *values,
                                              int8_t *window) {
    int32_t channels = l->in_channels, distance = l->in_width * channels;
    if (y < 0 || x < 0 || y + 4 > l->in_height || x + 6 > l->in_width) {
        for (int32_t i = 0; i < 4; i++, y++) {
            int8_t *line = window + 6 * i * channels;
            if (y >= 0 && y < l->in_height) {
                tvmk_conv_2d_line(l, in + y * distance, x, 6, line);
            } else {
                tvmk_fill(line, l->pad, 6 * channels);
            }
        }
        tvmk_winograd_input(values, window, 6 * channels, channels);
    } else {
        tvmk_winograd_input(values, in + y * distance + x * channels, distance, channels);
    }
}

TVMK_SHARED void tvmk_conv_2d_winograd(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t in_channels = l->in_channels, channels = l->out_channels;
    int32_t *values = (int32_t *)(void *)scratch, *sums = values + 16 * in_channels;
    int8_t *made = (int8_t *)(sums + 64);
    tvmk_winograd_t tiles = {(const int16_t *)l->weights,   l->requant.table, values, sums, in_channels / 2, channels / 4,
                             2 * l->requant.zero_point + 1, channels,         0};
    for (int32_t oy = 0; oy < l->out_height; oy += 2) {
        int32_t height = tvmk_min(l->out_height - oy, 2);
        int8_t *to = out + oy * l->out_width * channels;
        for (int32_t ox = 0; ox < l->out_width; ox += 4, to += 4 * channels) {
            int32_t width = tvmk_min(l->out_width - ox, 4);
            tvmk_conv_2d_winograd_values(l, in, oy - l->pad_top, ox - l->pad_left, values, (int8_t *)sums);
            if (height == 2 && width == 4) {
                tiles.row = l->out_width * channels;
                tvmk_conv_2d_winograd_outputs(l, &tiles, to);
                continue;
            }
            tiles.row = 4 * channels;
            tvmk_conv_2d_winograd_outputs(l, &tiles, made);
            for (int32_t i = 0; i < height; i++) {
                tvmk_copy(to + i * l->out_width * channels, made + i * tiles.row, width * channels);
            }
        }
    }
}

#endif

#endif
