/* CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV whose weights or biases are computed at run time: windows are copied to rows,
 * which are multiplied by the weights in `matrices.h`. Output must not overlap anything. Scratch: a tile of weights, then `strip` rows. */
#ifndef TVMK_WINDOW_RUN_H
#define TVMK_WINDOW_RUN_H

#include "matrices.h"

typedef struct {
    tvmk_matrices_t product; /* of one group; rows are set here */
    tvmk_extent_t batches, in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    tvmk_extent_t group_in, group_out;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    uint8_t transposed;    /* strides are those of the input in the output */
    uint8_t pointwise;     /* each window is one element of the input, in order, of one group: no rows in scratch */
    int32_t strip;         /* windows that are copied at a time */
    int32_t group_weights; /* elements from the weights of a group to the next */
} tvmk_window_run_t;

/* Which row or column of the input tap k of a window reads; outside the input for none. */
TVMK_INLINE int32_t tvmk_window_run_place(int32_t out, int32_t k, int32_t stride, int32_t dilation, int32_t pad,
                                          int transposed) {
    if (!transposed) {
        return out * stride + k * dilation - pad;
    }
    int32_t at = out + pad - k;
    return at >= 0 && at % stride == 0 ? at / stride : -1;
}

/* Copies `count` windows from p on, channels from `first` on, with `zero` outside; elements have `size` bytes. */
TVMK_SHARED void tvmk_window_run_rows(const tvmk_window_run_t *l, const uint8_t *in, int32_t p, int32_t count, int32_t first,
                                      int32_t size, uint8_t *rows) {
    size_t n = (size_t)(l->group_in * size);
    int transposed = l->transposed;
    for (; count > 0; count--, p++) {
        int32_t oy = p / l->out_width, ox = p % l->out_width;
        for (int32_t ky = 0; ky < l->window_height; ky++) {
            int32_t y = tvmk_window_run_place(oy, ky, l->stride_height, l->dilation_height, l->pad_top, transposed);
            for (int32_t kx = 0; kx < l->window_width; kx++, rows += n) {
                int32_t x = tvmk_window_run_place(ox, kx, l->stride_width, l->dilation_width, l->pad_left, transposed);
                if (y >= 0 && y < l->in_height && x >= 0 && x < l->in_width) {
                    memcpy(rows, in + ((y * l->in_width + x) * l->in_channels + first) * size, n);
                } else {
                    memset(rows, (int)(l->product.row_zero & 255), n);
                }
            }
        }
    }
}

/* The kernel of all types: `kernel` multiplies rows with weights. */
#define TVMK_WINDOW_RUN(name, kernel, element, bias_type)                                                                     \
    TVMK_SHARED void name(const tvmk_window_run_t *l, const element *in, const int8_t *weights, const bias_type *bias,        \
                          element *out, uint8_t *scratch) {                                                                   \
        tvmk_matrices_t part = l->product;                                                                                    \
        int32_t positions = (int32_t)l->out_height * l->out_width, groups = l->in_channels / l->group_in;                     \
        element *gathered = (element *)(void *)(scratch + TVMK_MATRICES_SCRATCH(part.depth));                                 \
        for (int32_t b = 0; b < l->batches; b++) {                                                                            \
            for (int32_t g = 0; g < groups; g++) {                                                                            \
                int32_t c = g * l->group_out;                                                                                 \
                part.factors = l->product.factors ? l->product.factors + 2 * c : 0;                                           \
                for (int32_t p = 0; p < positions; p += l->strip) {                                                           \
                    const element *rows = l->pointwise ? in + p * l->in_channels : gathered;                                  \
                    part.rows = tvmk_min(positions - p, l->strip);                                                            \
                    if (!l->pointwise) {                                                                                      \
                        tvmk_window_run_rows(l, (const uint8_t *)in, p, part.rows, g * l->group_in, (int32_t)sizeof(element), \
                                             (uint8_t *)gathered);                                                            \
                    }                                                                                                         \
                    kernel(&part, rows, weights + g * l->group_weights, bias ? bias + c : 0, out + p * l->out_channels + c,   \
                           scratch);                                                                                          \
                }                                                                                                             \
            }                                                                                                                 \
            in += (int32_t)l->in_height * l->in_width * l->in_channels;                                                       \
            out += positions * l->out_channels;                                                                               \
        }                                                                                                                     \
    }

TVMK_WINDOW_RUN(tvmk_window_run, tvmk_matrices, int8_t, int32_t)
TVMK_WINDOW_RUN(tvmk_window_run_int16, tvmk_matrices_int16x8, int16_t, int64_t)
TVMK_WINDOW_RUN(tvmk_window_run_int16_bias32, tvmk_matrices_int16x8_bias32, int16_t, int32_t)
TVMK_WINDOW_RUN(tvmk_window_run_int16_bias16, tvmk_matrices_int16x8_bias16, int16_t, int16_t)

#endif
