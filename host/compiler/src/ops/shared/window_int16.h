/* What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED on int16 share: a layer, and how its sums become outputs. */
#ifndef TVMK_WINDOW_INT16_H
#define TVMK_WINDOW_INT16_H

#include "base.h"

/* How sums become outputs, by the table of the layer.
 * SHORT: bias, factor: (sum + bias) · factor / 2^32, halves up; the compiler proved that the sum fits in 32 bits.
 * WIDE: low and high word of the bias, mantissa of 15 bits, shift to the right, in 64 bits.
 * INT32: bias, mantissa, shift, as on int8, for a bias of int32. */
enum { TVMK_INT16_SHORT, TVMK_INT16_WIDE, TVMK_INT16_INT32 };

/* Number of products of an int16 and an int8 whose sum fits int32, a multiple of four. */
enum { TVMK_INT16_BLOCK = 508 };

typedef struct {
    const void *weights; /* in the order of the path, see there */
    const int32_t *table;
    int16_t low, high;
    tvmk_extent_t batches, in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    tvmk_extent_t group_in, group_out; /* channels of a group, for CONV_2D */
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    uint8_t pointwise;                      /* each position is one element of the input, of one group */
    int32_t out_column, out_row, out_batch; /* elements of the output from a position to the next */
} tvmk_int16_window_t;

TVMK_INLINE int16_t tvmk_int16_finish(const tvmk_int16_window_t *l, int64_t sum, int32_t c, int form) {
    int32_t y;
    if (form == TVMK_INT16_SHORT) {
        const int32_t *t = l->table + 2 * c;
        y = tvmk_scale_high((int32_t)sum + t[0], t[1]);
    } else if (form == TVMK_INT16_WIDE) {
        const int32_t *t = l->table + 4 * c;
        int64_t bias = (int64_t)(((uint64_t)(uint32_t)t[1] << 32) | (uint32_t)t[0]);
        y = (int32_t)(((sum + bias) * t[2] + ((int64_t)1 << (t[3] - 1))) >> t[3]);
    } else {
        const int32_t *t = l->table + 3 * c;
        y = tvmk_multiply((int32_t)sum + t[0], t[1], t[2]);
    }
    return (int16_t)tvmk_clamp(y, l->low, l->high);
}

/* Copies the window of a position, channels from `first` on, to a column, with zeros outside the input. */
TVMK_SHARED void tvmk_int16_column(const tvmk_int16_window_t *l, const int16_t *in, int32_t position, int32_t first,
                                   int16_t *column) {
    int32_t oy = position / l->out_width, ox = position % l->out_width, n = l->group_in;
    for (int32_t ky = 0; ky < l->window_height; ky++) {
        int32_t y = oy * l->stride_height - l->pad_top + ky * l->dilation_height;
        for (int32_t kx = 0; kx < l->window_width; kx++, column += n) {
            int32_t x = ox * l->stride_width - l->pad_left + kx * l->dilation_width;
            if (y >= 0 && y < l->in_height && x >= 0 && x < l->in_width) {
                const int16_t *from = in + (y * l->in_width + x) * l->in_channels + first;
                tvmk_copy((int8_t *)column, (const int8_t *)from, 2 * n);
            } else {
                tvmk_fill((int8_t *)column, 0, 2 * n);
            }
        }
    }
}

#endif
