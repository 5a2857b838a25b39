/* DEPTHWISE_CONV_2D on int8, NHWC. Weights [output channel][row][column]: transposed from the file by the compiler.
 *
 * One input channel at a time (four with TVMK_DSP) is copied into scratch memory as a plane of its own, with the border around
 * it filled with the input's zero point; windows are then short rows of adjacent elements inside the plane. If the
 * whole plane fits (`band` = out_height) and the multiplier is 1, all reads of a channel precede its writes, and since
 * channels keep their positions, the output may start where the input starts.
 *
 * Rows may be the image's rows or its columns: the compiler exchanges height and width (and everything that goes with them)
 * if that gives longer rows; `in_step` and `out_step` are the distances in memory, vertically and along a row.
 *
 * Scratch, 4-byte aligned: min(4, in_channels) planes of int16_t, for `band` output rows, their width rounded up to even, and
 * four bytes for each output of a row, rounded up to even.
 */
#ifndef TVMK_DEPTHWISE_CONV_2D_PORTABLE_H
#define TVMK_DEPTHWISE_CONV_2D_PORTABLE_H

#include "base.h"

typedef struct {
    const int8_t *weights;
    tvmk_requant_t requant;
    int32_t in_step[2], out_step[2];
    tvmk_extent_t in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, multiplier;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    tvmk_extent_t band; /* output rows computed from one filling of the planes */
    int8_t pad;         /* zero point of the input */
} tvmk_depthwise_conv_2d_t;

/* Columns and rows of a plane: exactly those that the windows of all columns, and of `rows` output rows, read. */
TVMK_INLINE int32_t tvmk_depthwise_plane_width(const tvmk_depthwise_conv_2d_t *l) {
    return (l->out_width - 1) * l->stride_width + (l->window_width - 1) * l->dilation_width + 1;
}
TVMK_INLINE int32_t tvmk_depthwise_plane_height(const tvmk_depthwise_conv_2d_t *l, int32_t rows) {
    return (rows - 1) * l->stride_height + (l->window_height - 1) * l->dilation_height + 1;
}

/* Bytes of scratch memory on any core: planes of up to four channels, and a row of sums. */
TVMK_INLINE int32_t tvmk_depthwise_conv_2d_scratch(const tvmk_depthwise_conv_2d_t *l) {
    int32_t plane = tvmk_depthwise_plane_height(l, l->band) * ((tvmk_depthwise_plane_width(l) + 1) / 2 * 2);
    return plane * 2 * tvmk_min(l->in_channels, 4) + ((int32_t)l->out_width + 1) / 2 * 2 * 4;
}

/* One channel's plane for `rows` output rows from row `first`. */
TVMK_INLINE void tvmk_depthwise_plane(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int32_t first, int32_t rows,
                                      int8_t *plane) {
    int32_t width = tvmk_depthwise_plane_width(l);
    int32_t height = tvmk_depthwise_plane_height(l, rows);
    int32_t left = tvmk_min(l->pad_left, width);
    int32_t inside = tvmk_min(l->in_width, width - left);
    int32_t y = first * l->stride_height - l->pad_top;
    for (; height > 0; height--, y++) {
        if (y < 0 || y >= l->in_height) {
            tvmk_fill(plane, l->pad, width);
        } else {
            const int8_t *p = in + y * l->in_step[0];
            tvmk_fill(plane, l->pad, left);
            for (int32_t i = 0; i < inside; i++, p += l->in_step[1]) {
                plane[left + i] = *p;
            }
            tvmk_fill(plane + left + inside, l->pad, width - left - inside);
        }
        plane += width;
    }
}

#if TVMK_SMALL

/* One output at a time; `zero` is the weights' zero point. */
TVMK_INLINE void tvmk_depthwise_conv_2d_plain(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                              uint8_t *scratch, int general, int32_t window_height, int32_t window_width,
                                              int32_t dilation_width, int32_t zero) {
    int32_t width = tvmk_depthwise_plane_width(l);
    for (int32_t first = 0; first < l->out_height; first += l->band) {
        int32_t rows = tvmk_min(l->band, l->out_height - first);
        const int8_t *taps = l->weights;
        for (int32_t c = 0; c < l->in_channels * l->multiplier; c++, taps += window_height * window_width) {
            if (c % l->multiplier == 0) {
                tvmk_depthwise_plane(l, in + c / l->multiplier, first, rows, (int8_t *)scratch);
            }
            for (int32_t oy = 0; oy < rows; oy++) {
                int8_t *o = out + (first + oy) * l->out_step[0] + c;
                for (int32_t ox = 0; ox < l->out_width; ox++, o += l->out_step[1]) {
                    const int8_t *x = (const int8_t *)scratch + oy * l->stride_height * width + ox * l->stride_width;
                    const int8_t *tap = taps;
                    int32_t sum = 0;
                    for (int32_t ky = 0; ky < window_height; ky++, x += l->dilation_height * width) {
                        for (int32_t kx = 0; kx < window_width; kx++) {
                            sum += x[kx * dilation_width] * (*tap++ - zero);
                        }
                    }
                    *o = tvmk_requantize(sum, &l->requant, c, general);
                }
            }
        }
    }
}

#else

/* The window's size as arguments, so that a caller with constants gets unrolled loops; `zero` is the weights' zero point. */
TVMK_INLINE void tvmk_depthwise_conv_2d_plain(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                              uint8_t *scratch, int general, int32_t window_height, int32_t window_width,
                                              int32_t dilation_width, int32_t zero) {
    int32_t width = tvmk_depthwise_plane_width(l);
    int32_t channels = l->in_channels * l->multiplier;
    int32_t taps = window_height * window_width;
    for (int32_t first = 0; first < l->out_height; first += l->band) {
        int32_t rows = tvmk_min(l->band, l->out_height - first);
        for (int32_t c = 0; c < channels; c++) {
            const int8_t *w = l->weights + c * taps;
            if (c % l->multiplier == 0) {
                tvmk_depthwise_plane(l, in + c / l->multiplier, first, rows, (int8_t *)scratch);
            }
            for (int32_t oy = 0; oy < rows; oy++) {
                int8_t *o = out + (first + oy) * l->out_step[0] + c;
                const int8_t *window = (const int8_t *)scratch + oy * l->stride_height * width;
                for (int32_t left = l->out_width; left > 0; left -= 2, window += 2 * l->stride_width) {
                    /* An odd last output is computed twice. */
                    int32_t next = left > 1 ? l->stride_width : 0;
                    const int8_t *x = window, *tap = w;
                    int32_t sum = 0, sum1 = 0;
                    for (int32_t ky = 0; ky < window_height; ky++, x += l->dilation_height * width, tap += window_width) {
                        const int8_t *x1 = x + next;
#define TVMK_DEPTHWISE_TAP(k)                    \
    do {                                         \
        int32_t weight = tap[k] - zero;          \
        sum += x[(k)*dilation_width] * weight;   \
        sum1 += x1[(k)*dilation_width] * weight; \
    } while (0)
                        if (window_width == 3) {
                            TVMK_DEPTHWISE_TAP(0);
                            TVMK_DEPTHWISE_TAP(1);
                            TVMK_DEPTHWISE_TAP(2);
                        } else {
                            for (int32_t kx = 0; kx < window_width; kx++) {
                                TVMK_DEPTHWISE_TAP(kx);
                            }
                        }
#undef TVMK_DEPTHWISE_TAP
                    }
                    *o = tvmk_requantize(sum, &l->requant, c, general);
                    o += l->out_step[1];
                    if (left > 1) {
                        *o = tvmk_requantize(sum1, &l->requant, c, general);
                        o += l->out_step[1];
                    }
                }
            }
        }
    }
}

#endif

#endif
