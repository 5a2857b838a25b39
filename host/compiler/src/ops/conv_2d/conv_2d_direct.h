/* CONV_2D and DEPTHWISE_CONV_2D on int8 without scratch memory, for models with a small workspace: each output reads its window
 * in place. Elements outside the input count as its zero point, times the sum of their weights. Any window, any groups. Also for
 * weights with a zero point. */
#ifndef TVMK_CONV_2D_DIRECT_H
#define TVMK_CONV_2D_DIRECT_H

#include "base.h"

typedef struct {
    const int8_t *weights; /* [output channel][row][column][channel of the group] */
    tvmk_requant_t requant;
    tvmk_extent_t in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    int8_t pad;                        /* zero point of the input */
    tvmk_extent_t group_in, group_out; /* channels of a group */
} tvmk_conv_2d_direct_t;

TVMK_INLINE int32_t tvmk_conv_2d_dot(const int8_t *x, const int8_t *w, int32_t n, int32_t sum, int32_t zero) {
    for (; n >= 4; n -= 4, x += 4, w += 4) {
        sum += (int32_t)x[0] * (w[0] - zero);
        sum += (int32_t)x[1] * (w[1] - zero);
        sum += (int32_t)x[2] * (w[2] - zero);
        sum += (int32_t)x[3] * (w[3] - zero);
    }
    for (; n > 0; n--, x++, w++) {
        sum += (int32_t)*x * (*w - zero);
    }
    return sum;
}

/* One output: `from` is the first channel of its group at the first element of the input. */
TVMK_INLINE int32_t tvmk_conv_2d_direct_sum(const tvmk_conv_2d_direct_t *l, const int8_t *from, const int8_t *w, int32_t y,
                                            int32_t x0, int32_t zero) {
    int32_t sum = 0, outside = 0, depth = l->group_in;
    for (int32_t i = 0; i < l->window_height; i++, y += l->dilation_height) {
        int inside = y >= 0 && y < l->in_height;
        int32_t x = x0;
        for (int32_t j = 0; j < l->window_width; j++, x += l->dilation_width, w += depth) {
            if (inside && x >= 0 && x < l->in_width) {
                sum = tvmk_conv_2d_dot(from + (y * l->in_width + x) * l->in_channels, w, depth, sum, zero);
            } else {
                for (int32_t k = 0; k < depth; k++) {
                    outside += w[k] - zero;
                }
            }
        }
    }
    return sum + outside * l->pad;
}

TVMK_INLINE void tvmk_conv_2d_direct_as(const tvmk_conv_2d_direct_t *l, const int8_t *in, int8_t *out, int general,
                                        int32_t zero) {
    int32_t window = (int32_t)l->window_height * l->window_width * l->group_in;
    for (int32_t oy = 0; oy < l->out_height; oy++) {
        int32_t y = oy * l->stride_height - l->pad_top;
        for (int32_t ox = 0; ox < l->out_width; ox++) {
            int32_t x = ox * l->stride_width - l->pad_left;
            const int8_t *w = l->weights, *from = in;
            int32_t left = l->group_out;
            for (int32_t c = 0; c < l->out_channels; c++, w += window) {
                int32_t sum = tvmk_conv_2d_direct_sum(l, from, w, y, x, zero);
                *out++ = tvmk_requantize(sum, &l->requant, c, general);
                if (--left == 0) {
                    left = l->group_out;
                    from += l->group_in;
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_conv_2d_direct(const tvmk_conv_2d_direct_t *l, const int8_t *in, int8_t *out) {
    tvmk_conv_2d_direct_as(l, in, out, 0, 0);
}
/* With the general output form. */
TVMK_SHARED void tvmk_conv_2d_direct_long(const tvmk_conv_2d_direct_t *l, const int8_t *in, int8_t *out) {
    tvmk_conv_2d_direct_as(l, in, out, 1, 0);
}
/* With weights of this zero point; in both output forms. */
TVMK_SHARED void tvmk_conv_2d_direct_offset(const tvmk_conv_2d_direct_t *l, const int8_t *in, int8_t *out, int32_t zero) {
    tvmk_conv_2d_direct_as(l, in, out, 0, zero);
}
TVMK_SHARED void tvmk_conv_2d_direct_offset_long(const tvmk_conv_2d_direct_t *l, const int8_t *in, int8_t *out, int32_t zero) {
    tvmk_conv_2d_direct_as(l, in, out, 1, zero);
}

#endif
