/* Windows of an image of int8 that was quantised from float32: their elements as columns. */
#ifndef TVMK_HYBRID_WINDOW_H
#define TVMK_HYBRID_WINDOW_H

#include "hybrid.h"

typedef struct {
    tvmk_hybrid_t to;
    tvmk_unit_rows_t rows; /* those of a group begin with a multiple of four */
    tvmk_extent_t batches, in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    tvmk_extent_t group_in, group_out;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
} tvmk_hybrid_window_t;

/* Whether elements of a window's line are neighbours. */
TVMK_INLINE int tvmk_hybrid_joined(const tvmk_hybrid_window_t *l) {
    return l->dilation_width == 1 && l->group_in == l->in_channels;
}

/* The elements of a window, from channel `first` on; the offset outside the input. */
TVMK_SHARED void tvmk_hybrid_column(const tvmk_hybrid_window_t *l, const int8_t *image, int32_t oy, int32_t ox, int32_t first,
                                    int8_t offset, int8_t *column) {
    int32_t channels = l->group_in, width = l->in_width, taps = l->window_width;
    int32_t y = oy * l->stride_height - l->pad_top, left = ox * l->stride_width - l->pad_left;
    if (tvmk_hybrid_joined(l) && left >= 0 && left + taps <= width) {
        channels *= taps;
        taps = 1;
    }
    for (int32_t ky = 0; ky < l->window_height; ky++, y += l->dilation_height) {
        int32_t x = left;
        for (int32_t kx = 0; kx < taps; kx++, x += l->dilation_width, column += channels) {
            if (y >= 0 && y < l->in_height && x >= 0 && x < width) {
                tvmk_copy(column, image + (y * width + x) * l->in_channels + first, channels);
            } else {
                tvmk_fill(column, offset, channels);
            }
        }
    }
}

#if !TVMK_DSP

/* Nothing is computed in tiles. */
TVMK_INLINE int tvmk_hybrid_window_tiles(const tvmk_hybrid_window_t *l, const tvmk_hybrid_input_t *input, const int8_t *image,
                                         const float *bias, float *out, int8_t *scratch) {
    (void)l, (void)input, (void)image, (void)bias, (void)out, (void)scratch;
    return 0;
}

#endif

#endif
