/* CONV_2D on int8, NHWC, weights [output channel][row][column][input channel].
 *
 * Each output position needs one window of the input, kh · kw · in_channels bytes. Windows of a few neighbouring positions
 * are gathered as columns in scratch memory, border elements filled with the input's zero point, and multiplied with all
 * channels' weights: no test for borders and no subtraction of zero points in the inner loop (−zero_point · Σ weights is
 * part of the bias). A 1×1 window without padding needs no gathering on cores without the DSP extension.
 *
 * Scratch, 4-byte aligned: 2 · kh · kw · in_channels bytes; with packed weights 16 bytes for each pair of elements of a window,
 * and if the input is padded, room for the elements of a row that four neighbouring windows touch. The output may start where the
 * input starts if the window is 1×1 with stride 1, no padding, and no more output than input channels.
 */
#ifndef TVMK_CONV_2D_PORTABLE_H
#define TVMK_CONV_2D_PORTABLE_H

#include "base.h"

typedef struct {
    const void *weights; /* int8_t as in the file; with TVMK_DSP int16_t, packed, except for tvmk_conv_2d_unpacked and _bytes */
    tvmk_requant_t requant;
    tvmk_extent_t in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    int8_t pad; /* zero point of the input */
} tvmk_conv_2d_t;

/* Bytes of scratch memory on any core: two columns of bytes; with `packed` weights four columns of pairs, an even number of them
 * where it is 2, and what four neighbouring windows touch of a row where some window reaches across the border. */
TVMK_INLINE int32_t tvmk_conv_2d_scratch(const tvmk_conv_2d_t *l, int packed) {
    int32_t channels = l->in_channels, height = l->window_height, width = l->window_width;
    if (!packed) {
        return 2 * height * width * channels;
    }
    int32_t reach_y = (l->out_height - 1) * (int32_t)l->stride_height + (height - 1) * l->dilation_height;
    int32_t reach_x = (l->out_width - 1) * (int32_t)l->stride_width + (width - 1) * l->dilation_width;
    int crosses = l->pad_top > 0 || l->pad_left > 0 || reach_y >= l->in_height || reach_x >= l->in_width;
    int32_t span = (3 * (int32_t)l->stride_width + (width - 1) * l->dilation_width + 1) * channels;
    int32_t columns = l->dilation_width == 1 ? height * ((width * channels + 1) / 2) : height * width * ((channels + 1) / 2);
    if (packed == 2) {
        columns += columns & 1;
    }
    return 16 * columns + (crosses ? (span + 3) / 4 * 4 : 0);
}

/* `width` adjacent elements of an input row from column x on, including the border's. */
TVMK_SHARED void tvmk_conv_2d_line(const tvmk_conv_2d_t *l, const int8_t *row, int32_t x, int32_t width, int8_t *line) {
    int32_t channels = l->in_channels;
    int32_t left = tvmk_min(tvmk_max(-x, 0), width);
    int32_t right = tvmk_min(tvmk_max(x + width - l->in_width, 0), width - left);
    int32_t inside = width - left - right;
    tvmk_fill(line, l->pad, left * channels);
    if (inside > 0) {
        tvmk_copy(line + left * channels, row + (x + left) * channels, inside * channels);
    }
    tvmk_fill(line + (left + inside) * channels, l->pad, right * channels);
}

/* The window of output position (oy, ox) as a column of bytes. */
TVMK_INLINE void tvmk_conv_2d_column(const tvmk_conv_2d_t *l, const int8_t *in, int32_t oy, int32_t ox, int8_t *column) {
    int32_t y = oy * l->stride_height - l->pad_top;
    int32_t x = ox * l->stride_width - l->pad_left;
    int32_t line = l->window_width * l->in_channels;
    for (int32_t i = 0; i < l->window_height; i++, y += l->dilation_height, column += line) {
        if (y >= 0 && y < l->in_height) {
            const int8_t *row = in + y * l->in_width * l->in_channels;
            if (!TVMK_SMALL && l->dilation_width == 1 && x >= 0 && x + l->window_width <= l->in_width) {
                tvmk_copy(column, row + x * l->in_channels, line);
            } else if (l->dilation_width == 1) {
                tvmk_conv_2d_line(l, row, x, l->window_width, column);
            } else {
                for (int32_t j = 0; j < l->window_width; j++) {
                    tvmk_conv_2d_line(l, row, x + j * l->dilation_width, 1, column + j * l->in_channels);
                }
            }
        } else {
            tvmk_fill(column, l->pad, line);
        }
    }
}

/* -zero times the sum of a column: what a zero point of the weights adds to each channel's sum. */
TVMK_INLINE int32_t tvmk_conv_2d_minus(const int8_t *x, int32_t depth, int32_t zero) {
    int32_t sum = 0;
    for (; depth > 0; depth--) {
        sum += *x++;
    }
    return -zero * sum;
}

#if TVMK_SMALL

/* One output at a time; `zero` is the weights' zero point. */
TVMK_INLINE void tvmk_conv_2d_plain(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int general,
                                    int32_t zero) {
    int32_t depth = l->window_height * l->window_width * l->in_channels;
    for (int32_t oy = 0; oy < l->out_height; oy++) {
        for (int32_t ox = 0; ox < l->out_width; ox++) {
            const int8_t *w = (const int8_t *)l->weights;
            tvmk_conv_2d_column(l, in, oy, ox, (int8_t *)scratch);
            for (int32_t c = 0; c < l->out_channels; c++) {
                const int8_t *x = (const int8_t *)scratch;
                int32_t sum = 0;
                for (int32_t k = depth; k > 0; k--) {
                    sum += (*w++ - zero) * *x++;
                }
                *out++ = tvmk_requantize(sum, &l->requant, c, general);
            }
        }
    }
}

#else

/* Two output positions times two channels at a time; `zero` is the weights' zero point. */
TVMK_INLINE void tvmk_conv_2d_plain(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int general,
                                    int32_t zero) {
    int32_t depth = l->window_height * l->window_width * l->in_channels;
    int32_t channels = l->out_channels;
    int32_t positions = l->out_height * l->out_width;
    int gather = l->window_height != 1 || l->window_width != 1 || l->pad_top != 0 || l->pad_left != 0;
    int32_t oy = 0, ox = 0;
    for (int32_t p = 0; p < positions; p += 2) {
        int32_t count = tvmk_min(positions - p, 2);
        const int8_t *x[2] = {0, 0};
        for (int32_t i = 0; i < count; i++) {
            if (gather) {
                int8_t *column = (int8_t *)scratch + i * depth;
                tvmk_conv_2d_column(l, in, oy, ox, column);
                x[i] = column;
            } else {
                x[i] = in + (oy * l->stride_height * l->in_width + ox * l->stride_width) * l->in_channels;
            }
            if (++ox == l->out_width) {
                ox = 0;
                oy++;
            }
        }
        if (!gather) {
            /* The output may overwrite the input of these positions. */
            for (int32_t i = 0; i < count; i++) {
                tvmk_copy((int8_t *)scratch + i * depth, x[i], depth);
                x[i] = (const int8_t *)scratch + i * depth;
            }
        }
        if (count == 1) {
            x[1] = x[0];
        }
        int32_t start[2] = {0, 0};
        for (int32_t i = 0; i < 2 && zero != 0; i++) {
            start[i] = tvmk_conv_2d_minus(x[i], depth, zero);
        }
        for (int32_t c = 0; c < channels; c += 2) {
            const int8_t *w0 = (const int8_t *)l->weights + c * depth;
            const int8_t *w1 = c + 1 < channels ? w0 + depth : w0;
            const int8_t *x0 = x[0], *x1 = x[1];
            int32_t a00 = start[0], a01 = start[1], a10 = start[0], a11 = start[1];
#define TVMK_CONV_2D_STEP(k)                                    \
    do {                                                        \
        int32_t xa = x0[k], xb = x1[k], wa = w0[k], wb = w1[k]; \
        a00 += wa * xa;                                         \
        a01 += wa * xb;                                         \
        a10 += wb * xa;                                         \
        a11 += wb * xb;                                         \
    } while (0)
            int32_t k = depth;
            for (; k >= 4; k -= 4, x0 += 4, x1 += 4, w0 += 4, w1 += 4) {
                TVMK_CONV_2D_STEP(0);
                TVMK_CONV_2D_STEP(1);
                TVMK_CONV_2D_STEP(2);
                TVMK_CONV_2D_STEP(3);
            }
            for (; k > 0; k--, x0++, x1++, w0++, w1++) {
                TVMK_CONV_2D_STEP(0);
            }
#undef TVMK_CONV_2D_STEP
            out[c] = tvmk_requantize(a00, &l->requant, c, general);
            if (c + 1 < channels) {
                out[c + 1] = tvmk_requantize(a10, &l->requant, c + 1, general);
            }
            if (count > 1) {
                out[channels + c] = tvmk_requantize(a01, &l->requant, c, general);
                if (c + 1 < channels) {
                    out[channels + c + 1] = tvmk_requantize(a11, &l->requant, c + 1, general);
                }
            }
        }
        out += count * channels;
    }
}

#endif

#endif
