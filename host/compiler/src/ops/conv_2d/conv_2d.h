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
#ifndef TVMK_CONV_2D_H
#define TVMK_CONV_2D_H

#include "base.h"
#include "dsp.h"
#include "mve.h"

typedef struct {
    const void *weights; /* int8_t as in the file; with TVMK_DSP int16_t, packed, but for tvmk_conv_2d_unpacked */
    tvmk_output_t output;
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t window_height, window_width;
    uint8_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    int8_t pad; /* zero point of the input */
} tvmk_conv_2d_t;

/* `width` neighbouring elements of an input row from column x on, with the border's. */
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
            if (l->dilation_width == 1 && x >= 0 && x + l->window_width <= l->in_width) {
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

/* Two output positions times two channels at a time. */
TVMK_INLINE void tvmk_conv_2d_plain(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int general) {
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
        for (int32_t c = 0; c < channels; c += 2) {
            const int8_t *w0 = (const int8_t *)l->weights + c * depth;
            const int8_t *w1 = c + 1 < channels ? w0 + depth : w0;
            const int8_t *x0 = x[0], *x1 = x[1];
            int32_t a00 = 0, a01 = 0, a10 = 0, a11 = 0;
#define TVMK_CONV_2D_STEP(k)                                      \
    do {                                                          \
        int32_t xa = x0[k], xb = x1[k], wa = w0[k], wb = w1[k];   \
        a00 += wa * xa;                                           \
        a01 += wa * xb;                                           \
        a10 += wb * xa;                                           \
        a11 += wb * xb;                                           \
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
            out[c] = tvmk_requantize(a00, &l->output, c, general);
            if (c + 1 < channels) {
                out[c + 1] = tvmk_requantize(a10, &l->output, c + 1, general);
            }
            if (count > 1) {
                out[channels + c] = tvmk_requantize(a01, &l->output, c, general);
                if (c + 1 < channels) {
                    out[channels + c + 1] = tvmk_requantize(a11, &l->output, c + 1, general);
                }
            }
        }
        out += count * channels;
    }
}

/* General output form, weights as in the file, on every core but those with MVE: where weights can't be packed. */
#if !TVMK_MVE
TVMK_SHARED void tvmk_conv_2d_unpacked(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_plain(l, in, out, scratch, 1);
}
#endif

#if TVMK_DSP

/* Pairs of one run of neighbouring bytes: a window's line, or one element of a dilated window. */
TVMK_INLINE int32_t tvmk_conv_2d_pairs(const tvmk_conv_2d_t *l) {
    int32_t run = l->in_channels, runs = l->window_height;
    if (l->dilation_width == 1) {
        run *= l->window_width;
    } else {
        runs *= l->window_width;
    }
    return runs * ((run + 1) / 2);
}

/* `count` neighbouring positions of one output row as widened columns, each every fourth word from its own first one on.
 * `line` has room for the input elements of one row that four positions touch. */
TVMK_SHARED void tvmk_conv_2d_widen(const tvmk_conv_2d_t *l, const int8_t *in, int32_t oy, int32_t ox, int32_t count,
                                    int32_t *columns, int8_t *line) {
    int32_t y = oy * l->stride_height - l->pad_top;
    int32_t x = ox * l->stride_width - l->pad_left;
    int32_t channels = l->in_channels;
    int32_t distance = l->stride_width * channels;
    int32_t span = (count - 1) * l->stride_width + (l->window_width - 1) * l->dilation_width + 1;
    int across = x < 0 || x + span > l->in_width;
    int32_t run = channels, runs = l->window_width, next_run = l->dilation_width * channels;
    if (l->dilation_width == 1) {
        run *= runs;
        runs = 1;
    }
    for (int32_t i = 0; i < l->window_height; i++, y += l->dilation_height) {
        const int8_t *row = in + y * l->in_width * channels;
        int inside = y >= 0 && y < l->in_height;
        int32_t next = distance;
        if (!inside) {
            tvmk_fill(line, l->pad, run);
            row = line;
            next = 0;
        } else if (across) {
            tvmk_conv_2d_line(l, row, x, span, line);
            row = line;
        } else {
            row += x * channels;
        }
        for (int32_t j = 0; j < runs; j++, row += inside ? next_run : 0) {
            int32_t whole = 0;
            if (count == 4 && run >= 4) {
                whole = run & ~3;
                columns = tvmk_dsp_widen4(columns, row, next, whole);
            }
            int32_t *end = columns;
            for (int32_t p = 0; p < count && whole < run; p++) {
                end = tvmk_widen_run(columns + p, row + p * next + whole, run - whole, 4) - p;
            }
            columns = end;
        }
    }
}

/* What tvmk_dsp_tile leaves: up to three last positions, a last odd channel. */
TVMK_INLINE void tvmk_conv_2d_rest(const tvmk_conv_2d_t *l, const int32_t *columns, int32_t pairs, int8_t *out,
                                   int32_t first_channel, int32_t count) {
    int32_t channels = l->out_channels;
    const int32_t *w = (const int32_t *)l->weights + first_channel / 2 * pairs;
    for (int32_t c = first_channel; c < channels; c += 2, w += pairs) {
        for (int32_t p = 0; p < count; p++) {
            const int32_t *x = columns + p;
            int32_t first = 0, both = 0;
            for (int32_t k = 0; k < pairs; k++, x += 4) {
                first = tvmk_mla2(tvmk_widen_even((uint32_t)w[k]), *x, first);
                both = tvmk_mla2(w[k], *x, both);
            }
            if (c + 1 < channels) {
                int32_t second = (int32_t)((uint32_t)both - (uint32_t)first) >> 8;
                out[p * channels + c + 1] = tvmk_requantize(second, &l->output, c + 1, 0);
            } else {
                first = both; /* a channel alone is stored as it is */
            }
            out[p * channels + c] = tvmk_requantize(first, &l->output, c, 0);
        }
    }
}

/* The columns of the next `count` positions, from (oy, ox) on, in whatever rows they are. */
TVMK_INLINE void tvmk_conv_2d_columns(const tvmk_conv_2d_t *l, const int8_t *in, int32_t *oy, int32_t *ox, int32_t count,
                                      int32_t *columns, int8_t *line) {
    for (int32_t i = 0; i < count;) {
        int32_t n = tvmk_min(count - i, l->out_width - *ox);
        tvmk_conv_2d_widen(l, in, *oy, *ox, n, columns + i, line);
        i += n;
        *ox += n;
        if (*ox == l->out_width) {
            *ox = 0;
            (*oy)++;
        }
    }
}

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t pairs = tvmk_conv_2d_pairs(l);
    int32_t *columns = (int32_t *)scratch;
    int8_t *line = (int8_t *)(columns + 4 * pairs);
    int32_t channels = l->out_channels;
    int32_t positions = l->out_height * l->out_width;
    tvmk_dsp_tile_t tile = {(const int32_t *)l->weights, l->output.table,          columns, pairs, channels / 2,
                            channels,                    2 * l->output.zero_point + 1};
    int32_t oy = 0, ox = 0;
    while (positions > 0) {
        int32_t count = tvmk_min(positions, 4);
        tvmk_conv_2d_columns(l, in, &oy, &ox, count, columns, line);
        int32_t done = 0;
        if (count == 4 && channels > 1) {
            tvmk_dsp_tile(out, &tile);
            done = channels & ~1;
        }
        tvmk_conv_2d_rest(l, columns, pairs, out, done, count);
        for (int32_t p = 0; p < count && (l->output.low != -128 || l->output.high != 127); p++) {
            for (int32_t c = 0; c < done; c++) {
                out[p * channels + c] = (int8_t)tvmk_clamp(out[p * channels + c], l->output.low, l->output.high);
            }
        }
        out += count * channels;
        positions -= count;
    }
}

/* Adds what `pairs` pairs of elements of `count` columns give to the sums of one channel or two: of each four positions. */
TVMK_INLINE void tvmk_conv_2d_sums(const int32_t *w, const int32_t *columns, int32_t pairs, int32_t count, int32_t two,
                                   int32_t *sums) {
    int32_t part[8];
    if (two && count == 4) {
        tvmk_dsp_tile_t tile = {w, 0, columns, pairs, 1, 0, 0};
        tvmk_dsp_tile_sums(part, &tile);
        for (int32_t i = 0; i < 8; i++) {
            sums[i] += part[i];
        }
        return;
    }
    for (int32_t p = 0; p < count; p++) {
        const int32_t *x = columns + p;
        int32_t first = 0, both = 0;
        for (int32_t k = 0; k < pairs; k++, x += 4) {
            first = tvmk_mla2(tvmk_widen_even((uint32_t)w[k]), *x, first);
            both = tvmk_mla2(w[k], *x, both);
        }
        /* A channel alone is stored as it is. */
        sums[p] += two ? first : both;
        sums[4 + p] += (int32_t)((uint32_t)both - (uint32_t)first) >> 8;
    }
}

/* General output form; packed sums are taken apart every TVMK_DSP_BLOCK pairs, so that weights of any size may be packed. */
TVMK_SHARED void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t pairs = tvmk_conv_2d_pairs(l);
    int32_t *columns = (int32_t *)scratch;
    int32_t channels = l->out_channels;
    int32_t oy = 0, ox = 0, count = 4;
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= count, out += count * channels) {
        const int32_t *w = (const int32_t *)l->weights;
        count = tvmk_min(left, 4);
        tvmk_conv_2d_columns(l, in, &oy, &ox, count, columns, (int8_t *)(columns + 4 * pairs));
        for (int32_t c = 0; c < channels; c += 2) {
            int32_t sums[8] = {0, 0, 0, 0, 0, 0, 0, 0};
            int32_t two = c + 1 < channels;
            int32_t n = 0;
            for (int32_t done = 0; done < pairs; done += n, w += n) {
                n = tvmk_min(pairs - done, TVMK_DSP_BLOCK);
                tvmk_conv_2d_sums(w, columns + 4 * done, n, count, two, sums);
            }
            int8_t *o = out + c;
            for (int32_t p = 0; p < count; p++, o += channels) {
                o[0] = tvmk_requantize(sums[p], &l->output, c, 1);
                if (two) {
                    o[1] = tvmk_requantize(sums[4 + p], &l->output, c + 1, 1);
                }
            }
        }
    }
}

#elif TVMK_MVE

/* Two positions at a time. They are copied even where the window is one element: the output may take its place. */
TVMK_INLINE void tvmk_conv_2d_mve(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                  tvmk_mve_product_t one, tvmk_mve_product_t two) {
    int32_t depth = l->window_height * l->window_width * l->in_channels;
    int32_t channels = l->out_channels;
    int8_t *columns = (int8_t *)scratch;
    /* A row of windows of one element: the positions are the input's bytes in order. */
    int pointwise = depth == l->in_channels && l->out_height == 1 && l->out_width == l->in_width && l->pad_left == 0 &&
                    l->pad_top == 0;
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
        (count == 2 ? two : one)(columns, (const int8_t *)l->weights, depth, channels, &l->output, out);
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

#else

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_plain(l, in, out, scratch, 0);
}
TVMK_INLINE void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_unpacked(l, in, out, scratch);
}

#endif

#endif
