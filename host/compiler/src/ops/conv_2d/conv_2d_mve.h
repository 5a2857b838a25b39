/* CONV_2D with MVE: two or four positions at a time through mve_products.h. */
#ifndef TVMK_CONV_2D_MVE_H
#define TVMK_CONV_2D_MVE_H

#include "conv_2d_portable.h"
#include "mve_products.h"

#if TVMK_MVE

/* Windows of output positions in order, as columns. */
typedef struct {
    int32_t oy, ox;   /* the next output position */
    int32_t x, start; /* its window's first column of the input, and where that is from the input's start */
    int32_t right; /* the largest x of windows inside the input; -1 if a row of them isn't or its elements are not adjacent */
} tvmk_conv_2d_next_t;

/* The first position of an output row. */
TVMK_INLINE tvmk_conv_2d_next_t tvmk_conv_2d_row(const tvmk_conv_2d_t *l, int32_t oy) {
    int32_t y = oy * l->stride_height - l->pad_top, x = -(int32_t)l->pad_left;
    int32_t last = y + (l->window_height - 1) * (int32_t)l->dilation_height;
    int inside = y >= 0 && last < l->in_height && l->dilation_width == 1;
    tvmk_conv_2d_next_t at = {oy, 0, x, (y * l->in_width + x) * l->in_channels, inside ? l->in_width - l->window_width : -1};
    return at;
}

/* A window that reaches across the border or is dilated along a row. */
TVMK_SHARED void tvmk_conv_2d_border(const tvmk_conv_2d_t *l, const int8_t *in, int32_t oy, int32_t ox, int8_t *column) {
    tvmk_conv_2d_column(l, in, oy, ox, column);
}

/* Two positions at a time, or with `four` four whose windows have at most 16 bytes. They are copied even if the window is one element: the
 * output may overwrite it. */
TVMK_INLINE void tvmk_conv_2d_mve(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                  tvmk_mve_product_t one, tvmk_mve_product_t two, tvmk_mve_product_t four) {
    int32_t channels = l->out_channels, height = l->window_height, line = (int32_t)l->window_width * l->in_channels;
    int32_t depth = height * line, pitch = (int32_t)l->in_width * l->in_channels * l->dilation_height;
    int32_t group = 2;
    if (four && tvmk_mve_is_tiny(depth, channels)) {
        group = 4;
    }
    /* A row of windows of one element: the positions are the input's bytes in order. */
    int pointwise =
        depth == l->in_channels && l->out_height == 1 && l->out_width == l->in_width && l->pad_left == 0 && l->pad_top == 0;
    tvmk_conv_2d_next_t at = tvmk_conv_2d_row(l, 0);
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= group) {
        int32_t count = tvmk_min(left, group);
        int8_t *column = (int8_t *)scratch;
        if (pointwise) {
            tvmk_copy(column, in, count * depth);
            in += count * depth;
        } else {
            for (int32_t i = 0; i < count; i++, column += depth) {
                if (at.x >= 0 && at.x <= at.right) {
                    const int8_t *from = in + at.start;
                    for (int32_t row = 0; row < height; row++, from += pitch) {
                        tvmk_copy(column + row * line, from, line);
                    }
                } else {
                    tvmk_conv_2d_border(l, in, at.oy, at.ox, column);
                }
                at.x += l->stride_width, at.start += l->stride_width * l->in_channels;
                if (++at.ox == l->out_width) {
                    at = tvmk_conv_2d_row(l, at.oy + 1);
                }
            }
        }
        const int8_t *x = (const int8_t *)scratch, *weights = (const int8_t *)l->weights;
        if (four && count == 4) {
            four(x, weights, depth, channels, &l->requant, out);
        } else {
            if (count > 1) {
                two(x, weights, depth, channels, &l->requant, out);
            }
            if (count & 1) {
                one(x + (count - 1) * depth, weights, depth, channels, &l->requant, out + (count - 1) * channels);
            }
        }
        out += count * channels;
    }
}

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position, tvmk_mve_positions, tvmk_mve_four_positions);
}
TVMK_SHARED void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position_general, tvmk_mve_positions_general,
                     tvmk_mve_four_positions_general);
}
/* With scratch memory for two positions only. */
TVMK_SHARED void tvmk_conv_2d_bytes(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position, tvmk_mve_positions, 0);
}
TVMK_SHARED void tvmk_conv_2d_unpacked(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position_general, tvmk_mve_positions_general, 0);
}

#endif

#endif
