/* CONV_2D with the DSP extension: windows widened to pairs of halfwords, four positions at a time through dsp_tile.h. */
#ifndef TVMK_CONV_2D_DSP_H
#define TVMK_CONV_2D_DSP_H

#include "conv_2d_portable.h"
#include "dsp_columns.h"
#include "dsp_tile.h"

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

/* What tvmk_dsp_tile does not compute: up to three last positions, an odd last channel. */
TVMK_INLINE void tvmk_conv_2d_tail(const tvmk_conv_2d_t *l, const int32_t *columns, int32_t pairs, int8_t *out,
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
                out[p * channels + c + 1] = tvmk_requantize(second, &l->requant, c + 1, 0);
            } else {
                first = both; /* a single channel is not packed */
            }
            out[p * channels + c] = tvmk_requantize(first, &l->requant, c, 0);
        }
    }
}

/* The columns of the next `count` positions, from (oy, ox) on, also across rows. */
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

/* Minus the sum of each of four columns, in `extra` pairs after its own: halfwords that add up to it. */
TVMK_INLINE void tvmk_conv_2d_sum_up(const tvmk_conv_2d_t *l, int32_t *columns, int32_t extra) {
    int32_t run = l->in_channels, runs = l->window_height, sums[4] = {0, 0, 0, 0};
    if (l->dilation_width == 1) {
        run *= l->window_width;
    } else {
        runs *= l->window_width;
    }
    for (; runs > 0; runs--) {
        for (int32_t left = run; left > 0; left -= 2, columns += 4) {
            /* The second half of an odd run's last pair is not an element. */
            int32_t ones = left > 1 ? INT32_C(0x10001) : 1;
            for (int32_t p = 0; p < 4; p++) {
                sums[p] = tvmk_mla2(columns[p], ones, sums[p]);
            }
        }
    }
    for (; extra > 0; extra--, columns += 4) {
        for (int32_t p = 0; p < 4; p++) {
            int32_t first = tvmk_clamp(sums[p], -32767, 32767);
            int32_t second = tvmk_clamp(sums[p] - first, -32767, 32767);
            sums[p] -= first + second;
            columns[p] = (int32_t)(((uint32_t)-first & 0xFFFFu) | (uint32_t)-second << 16);
        }
    }
}

/* `extra` further pairs of each column hold its sum, for weights with a zero point. */
TVMK_INLINE void tvmk_conv_2d_tiles(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int32_t extra) {
    int32_t pairs = tvmk_conv_2d_pairs(l) + extra;
    int32_t *columns = (int32_t *)(void *)scratch;
    int8_t *line = (int8_t *)(columns + 4 * pairs);
    int32_t channels = l->out_channels;
    int32_t positions = l->out_height * l->out_width;
    tvmk_dsp_tile_t tile = {(const int32_t *)l->weights,  l->requant.table, columns, pairs, channels / 2, channels,
                            2 * l->requant.zero_point + 1};
    int32_t oy = 0, ox = 0;
    while (positions > 0) {
        int32_t count = tvmk_min(positions, 4);
        tvmk_conv_2d_columns(l, in, &oy, &ox, count, columns, line);
        if (extra) {
            tvmk_conv_2d_sum_up(l, columns, extra);
        }
        int32_t done = 0;
        if (count == 4 && channels > 1) {
            tvmk_dsp_tile(out, &tile);
            done = channels & ~1;
        }
        tvmk_conv_2d_tail(l, columns, pairs, out, done, count);
        for (int32_t p = 0; p < count && (l->requant.low != -128 || l->requant.high != 127); p++) {
            for (int32_t c = 0; c < done; c++) {
                out[p * channels + c] = (int8_t)tvmk_clamp(out[p * channels + c], l->requant.low, l->requant.high);
            }
        }
        out += count * channels;
        positions -= count;
    }
}

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_tiles(l, in, out, scratch, 0);
}

/* Adds the products of `pairs` pairs of elements of `count` columns to the sums of one or two channels, four positions each. */
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
        /* A single channel is not packed. */
        sums[p] += two ? first : both;
        sums[4 + p] += (int32_t)((uint32_t)both - (uint32_t)first) >> 8;
    }
}

/* General output form; packed sums are separated every TVMK_DSP_BLOCK pairs, so that weights of any size may be packed. */
TVMK_SHARED void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t pairs = tvmk_conv_2d_pairs(l);
    int32_t *columns = (int32_t *)(void *)scratch;
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
                o[0] = tvmk_requantize(sums[p], &l->requant, c, 1);
                if (two) {
                    o[1] = tvmk_requantize(sums[4 + p], &l->requant, c + 1, 1);
                }
            }
        }
    }
}

/* Weights as in the file and the short output form: less scratch memory than packed weights take. */
TVMK_SHARED void tvmk_conv_2d_bytes(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_plain(l, in, out, scratch, 0, 0);
}

#endif

#endif
