/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED on int16, weights of int8. Output must not overlap the input.
 * Each core's code has the products. */
#ifndef TVMK_WEIGHTED_INT16_H
#define TVMK_WEIGHTED_INT16_H

#include "weighted_int16_portable.h"
#include "weighted_int16_dsp.h"
#include "weighted_int16_mve.h"

/* How sums become outputs, by the table of the layer.
 * SHORT: bias, factor: (sum + bias) · factor / 2^32, halves up; the compiler proved that 32 bits hold the sum.
 * WIDE: low and high word of the bias, mantissa of 15 bits, shift to the right, in 64 bits.
 * INT32: bias, mantissa, shift, as on int8, for a bias of int32. */
enum { TVMK_INT16_SHORT, TVMK_INT16_WIDE, TVMK_INT16_INT32 };

/* Products of an int16 and an int8 that an int32 holds, a multiple of four. */
enum { TVMK_INT16_BLOCK = 508 };

typedef struct {
    const int8_t *weights; /* DSP path, CONV_2D: of each four neighbours 0 2 1 3 */
    const int32_t *table;
    int16_t low, high;
    uint16_t batches, in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t group_in, group_out; /* channels of a group, for CONV_2D */
    uint16_t window_height, window_width;
    uint8_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
} tvmk_int16_window_t;

TVMK_INLINE int16_t tvmk_int16_finish(const tvmk_int16_window_t *l, int64_t sum, int32_t c, int form) {
    int32_t y;
    if (form == TVMK_INT16_SHORT) {
        const int32_t *t = l->table + 2 * c;
        y = tvmk_int16_scale((int32_t)sum + t[0], t[1]);
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

/* One group of channels at one or two positions, whose columns are x0 and x1, to out0 and out1. */
TVMK_INLINE void tvmk_int16_channels(const tvmk_int16_window_t *l, int32_t group, int32_t depth, const int16_t *x0,
                                     const int16_t *x1, int16_t *out0, int16_t *out1, int two, int form) {
    int32_t end = (group + 1) * l->group_out;
    for (int32_t c = group * l->group_out; c < end; c += 2) {
        int32_t next = c + 1 < end ? c + 1 : c;
        const int8_t *w0 = l->weights + c * depth, *w1 = l->weights + next * depth;
        int64_t sums[4] = {0, 0, 0, 0};
        int32_t part[4];
        if (form == TVMK_INT16_WIDE) {
            for (int32_t k = 0; k < depth; k += TVMK_INT16_BLOCK) {
                int32_t n = tvmk_min(depth - k, TVMK_INT16_BLOCK);
                tvmk_int16_products(w0 + k, w1 + k, x0 + k, x1 + k, n, part, two);
                for (int32_t i = 0; i < 4; i++) {
                    sums[i] += part[i];
                }
            }
        } else {
            tvmk_int16_products(w0, w1, x0, x1, depth, part, two);
            sums[0] = part[0];
            sums[1] = part[1];
            sums[2] = part[2];
            sums[3] = part[3];
        }
        out0[c] = tvmk_int16_finish(l, sums[0], c, form);
        if (two) {
            out1[c] = tvmk_int16_finish(l, sums[2], c, form);
        }
        if (next > c) {
            out0[next] = tvmk_int16_finish(l, sums[1], next, form);
        }
        if (two && next > c) {
            out1[next] = tvmk_int16_finish(l, sums[3], next, form);
        }
    }
}

/* Copies what the window of a position sees of the channels from `first` on to a column, zeros outside. */
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

/* Weights [output channel][row][column][input channel of the group]; scratch: two columns, not used where each position is
 * one element of the input. */
TVMK_INLINE void tvmk_int16_convolution(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int16_t *scratch,
                                        int form) {
    int32_t positions = (int32_t)l->out_height * l->out_width, channels = l->out_channels;
    int32_t depth = (int32_t)l->window_height * l->window_width * l->group_in;
    for (int32_t b = 0; b < l->batches; b++) {
        for (int32_t p = 0; p < positions; p += 2, out += 2 * channels) {
            int two = p + 1 < positions;
            for (int32_t first = 0, group = 0; first < l->in_channels; first += l->group_in, group++) {
                const int16_t *x0 = in + p * l->in_channels, *x1 = x0 + l->in_channels;
                if (scratch) {
                    x0 = scratch;
                    x1 = scratch + depth;
                    tvmk_int16_column(l, in, p, first, scratch);
                    if (two) {
                        tvmk_int16_column(l, in, p + 1, first, scratch + depth);
                    }
                }
                if (two) {
                    tvmk_int16_channels(l, group, depth, x0, x1, out, out + channels, 1, form);
                } else {
                    tvmk_int16_channels(l, group, depth, x0, x0, out, out, 0, form);
                }
            }
        }
        out -= (positions & 1) * channels;
        in += (int32_t)l->in_height * l->in_width * l->in_channels;
    }
}

#define TVMK_INT16_CONVOLUTION(name, form)                                                                   \
    TVMK_SHARED void name(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int16_t *scratch) { \
        tvmk_int16_convolution(l, in, out, scratch, form);                                                   \
    }

TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16, TVMK_INT16_SHORT)
TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16_wide, TVMK_INT16_WIDE)
TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16_int32, TVMK_INT16_INT32)

/* Sums of `count` (1 or 4) neighbouring channels from c on. */
TVMK_INLINE void tvmk_int16_taps(const tvmk_int16_window_t *l, const int16_t *in, int32_t oy, int32_t ox, int32_t c,
                                 int32_t repeat, int count, int64_t *sums, int form) {
    int32_t s[4] = {0, 0, 0, 0};
    const int8_t *w = l->weights + c;
    for (int32_t ky = 0, taps = 0; ky < l->window_height; ky++) {
        int32_t y = oy * l->stride_height - l->pad_top + ky * l->dilation_height;
        if (y < 0 || y >= l->in_height) {
            w += (int32_t)l->window_width * l->out_channels;
            continue;
        }
        int32_t x = ox * l->stride_width - l->pad_left;
        for (int32_t kx = 0; kx < l->window_width; kx++, x += l->dilation_width, w += l->out_channels) {
            if (x < 0 || x >= l->in_width) {
                continue;
            }
            const int16_t *from = in + (y * l->in_width + x) * l->in_channels + c / repeat;
            if (count == 1) {
                s[0] += (int32_t)from[0] * w[0];
            } else {
                tvmk_int16_four_taps(from, w, s);
            }
            if (form == TVMK_INT16_WIDE && ++taps == TVMK_INT16_BLOCK) {
                taps = 0;
                for (int32_t i = 0; i < 4; i++) {
                    sums[i] += s[i];
                    s[i] = 0;
                }
            }
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        sums[i] += s[i];
    }
}

/* Weights [row][column][output channel]; each input channel makes as many output channels as it goes into them. */
TVMK_INLINE void tvmk_int16_depthwise(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int form) {
    int32_t channels = l->out_channels, repeat = channels / l->in_channels;
    for (int32_t b = 0; b < l->batches; b++) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++, out += channels) {
                int32_t c = 0;
                for (; repeat == 1 && c + 4 <= channels; c += 4) {
                    int64_t sums[4] = {0, 0, 0, 0};
                    tvmk_int16_taps(l, in, oy, ox, c, 1, 4, sums, form);
                    for (int32_t i = 0; i < 4; i++) {
                        out[c + i] = tvmk_int16_finish(l, sums[i], c + i, form);
                    }
                }
                for (; c < channels; c++) {
                    int64_t sums[4] = {0, 0, 0, 0};
                    tvmk_int16_taps(l, in, oy, ox, c, repeat, 1, sums, form);
                    out[c] = tvmk_int16_finish(l, sums[0], c, form);
                }
            }
        }
        in += (int32_t)l->in_height * l->in_width * l->in_channels;
    }
}

#define TVMK_INT16_DEPTHWISE(name, form)                                                   \
    TVMK_SHARED void name(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out) { \
        tvmk_int16_depthwise(l, in, out, form);                                            \
    }

TVMK_INT16_DEPTHWISE(tvmk_depthwise_conv_2d_int16, TVMK_INT16_SHORT)
TVMK_INT16_DEPTHWISE(tvmk_depthwise_conv_2d_int16_wide, TVMK_INT16_WIDE)

#endif
