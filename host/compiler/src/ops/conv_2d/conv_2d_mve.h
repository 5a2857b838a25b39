/* CONV_2D with MVE: two positions at a time through mve_products.h. */
#ifndef TVMK_CONV_2D_MVE_H
#define TVMK_CONV_2D_MVE_H

#include "conv_2d_portable.h"
#include "mve_products.h"

#if TVMK_MVE

/* Two positions at a time. They are copied even if the window is one element: the output may overwrite it. */
TVMK_INLINE void tvmk_conv_2d_mve(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                  tvmk_mve_product_t one, tvmk_mve_product_t two) {
    int32_t depth = l->window_height * l->window_width * l->in_channels;
    int32_t channels = l->out_channels;
    int8_t *columns = (int8_t *)scratch;
    /* A row of windows of one element: the positions are the input's bytes in order. */
    int pointwise =
        depth == l->in_channels && l->out_height == 1 && l->out_width == l->in_width && l->pad_left == 0 && l->pad_top == 0;
    int32_t oy = 0, ox = 0;
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= 2, out += 2 * channels) {
        int32_t count = tvmk_min(left, 2);
        if (pointwise) {
            tvmk_copy(columns, in, count * depth);
            in += count * depth;
        } else {
            for (int32_t i = 0; i < count; i++) {
                tvmk_conv_2d_column(l, in, oy, ox, columns + i * depth);
                if (++ox == l->out_width) {
                    ox = 0;
                    oy++;
                }
            }
        }
        (count == 2 ? two : one)(columns, (const int8_t *)l->weights, depth, channels, &l->requant, out);
    }
}

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position, tvmk_mve_positions);
}
TVMK_SHARED void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_position_general, tvmk_mve_positions_general);
}
TVMK_INLINE void tvmk_conv_2d_unpacked(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_general(l, in, out, scratch);
}

#endif

#endif
