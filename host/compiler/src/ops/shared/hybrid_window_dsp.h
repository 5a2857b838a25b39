/* Convolutions of hybrid_weighted.h with the DSP extension: four positions at a time through dsp_tile.h. */
#ifndef TVMK_HYBRID_WINDOW_DSP_H
#define TVMK_HYBRID_WINDOW_DSP_H

#include "dsp_columns.h"
#include "dsp_tile.h"
#include "hybrid_window.h"

#if TVMK_DSP

enum { TVMK_HYBRID_TILE = 8 }; /* channels whose sums are collected before they become results */

/* The sums of channel_pairs times two channels at four positions: of each channel four. */
TVMK_SHARED void tvmk_hybrid_tile(int32_t *sums, const tvmk_dsp_tile_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(TVMK_DSP_TILE_SUMS TVMK_DSP_TILE_NEXT_SUMS("#8")
                     : "+r"(r0), "+r"(r1)
                     :
                     : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The sums of `channels`, an even number, at four positions; packed sums of long windows are separated every TVMK_DSP_BLOCK pairs. */
TVMK_INLINE void tvmk_hybrid_tile_sums(const int32_t *weights, const int32_t *columns, int32_t pairs, int32_t channels,
                                       int32_t *sums) {
    tvmk_dsp_tile_t tile = {weights, 0, columns, pairs, channels / 2, 0, 0};
    if (pairs <= TVMK_DSP_BLOCK) {
        tvmk_hybrid_tile(sums, &tile);
        return;
    }
    tile.channel_pairs = 1;
    for (int32_t c = 0; c < channels; c += 2, sums += 8) {
        int32_t part[8];
        memset(sums, 0, sizeof part);
        for (int32_t done = 0; done < pairs; done += TVMK_DSP_BLOCK) {
            tile.pairs = tvmk_min(pairs - done, TVMK_DSP_BLOCK);
            tile.columns = columns + 4 * done;
            tvmk_hybrid_tile(part, &tile);
            tile.weights += tile.pairs;
            for (int32_t i = 0; i < 8; i++) {
                sums[i] += part[i];
            }
        }
    }
}

/* The windows of four neighbouring positions that are inside the image, widened, if no run of elements ends within a word. */
TVMK_INLINE int tvmk_hybrid_widen(const tvmk_hybrid_window_t *l, const int8_t *image, int32_t oy, int32_t ox, int32_t first,
                                  int32_t *columns) {
    int32_t y = oy * l->stride_height - l->pad_top, x = ox * l->stride_width - l->pad_left;
    int32_t span = 3 * l->stride_width + (l->window_width - 1) * l->dilation_width;
    int32_t run = l->group_in, runs = l->window_width, distance = (int32_t)l->stride_width * l->in_channels;
    if (tvmk_hybrid_joined(l)) {
        run *= runs;
        runs = 1;
    }
    int is_whole = (run & 3) == 0 || (runs == 1 && l->window_height == 1);
    if (!is_whole || run < 4 || y < 0 || x < 0 || x + span >= l->in_width ||
        y + (l->window_height - 1) * l->dilation_height >= l->in_height) {
        return 0;
    }
    for (int32_t i = 0; i < l->window_height; i++, y += l->dilation_height) {
        const int8_t *row = image + (y * l->in_width + x) * l->in_channels + first;
        for (int32_t j = 0; j < runs; j++, row += (int32_t)l->dilation_width * l->in_channels) {
            columns = tvmk_dsp_widen4(columns, row, distance, run & ~3);
            for (int32_t p = 0; p < 4 && (run & 3); p++) {
                tvmk_widen_run(columns + p, row + p * distance + (run & ~3), run & 3, 4);
            }
        }
    }
    return 1;
}

/* The results of `some` channels at `count` of four positions. */
TVMK_INLINE void tvmk_hybrid_tile_results(const tvmk_hybrid_window_t *l, const tvmk_hybrid_input_t *input, const int32_t *sums,
                                          int32_t channel, int32_t some, int32_t count, const float *bias, float *out) {
    const tvmk_hybrid_t to = l->to;
    int32_t step = l->out_channels, offset = input->offset;
    float scale = input->scale;
    for (int32_t end = channel + some; channel < end; channel++, sums += 4, out++) {
        tvmk_hybrid_factors_t factors = tvmk_hybrid_factors(&to, scale, channel);
        int32_t less = to.totals ? to.totals[channel] * offset : 0;
        float add = bias ? bias[channel] : 0.0f, *o = out;
        if (count == 4) {
            o[0] = tvmk_hybrid_result(&to, &factors, sums[0] - less, add), o += step;
            o[0] = tvmk_hybrid_result(&to, &factors, sums[1] - less, add), o += step;
            o[0] = tvmk_hybrid_result(&to, &factors, sums[2] - less, add), o += step;
            o[0] = tvmk_hybrid_result(&to, &factors, sums[3] - less, add);
        } else {
            for (int32_t p = 0; p < count; p++, o += step) {
                *o = tvmk_hybrid_result(&to, &factors, sums[p] - less, add);
            }
        }
    }
}

/* The next `count` positions of a group's channels, from columns. */
TVMK_INLINE void tvmk_hybrid_tile_group(const tvmk_hybrid_window_t *l, const tvmk_hybrid_input_t *input, const int32_t *columns,
                                        int32_t group, int32_t count, const float *bias, float *out) {
    int32_t sums[4 * TVMK_HYBRID_TILE], channels = l->group_out, pairs = (l->rows.inputs + 1) / 2;
    const int32_t *weights = (const int32_t *)l->rows.weights + (channels + 3) / 4 * 2 * pairs * group;
    for (int32_t c = 0; c < channels; c += TVMK_HYBRID_TILE) {
        int32_t some = tvmk_min(channels - c, TVMK_HYBRID_TILE), channel = group * channels + c;
        tvmk_hybrid_tile_sums(weights + c / 2 * pairs, columns, pairs, (some + 1) / 2 * 2, sums);
        tvmk_hybrid_tile_results(l, input, sums, channel, some, count, bias, out + channel);
    }
}

/* All positions of an image; returns 0 if weights are not packed, or not all as they are. */
TVMK_SHARED int tvmk_hybrid_window_tiles(const tvmk_hybrid_window_t *l, const tvmk_hybrid_input_t *input, const int8_t *image,
                                         const float *bias, float *out, int8_t *scratch) {
    int32_t groups = l->in_channels / l->group_in, depth = l->rows.inputs, width = l->out_width, count = 4;
    int32_t *columns = (int32_t *)(void *)scratch;
    int8_t *column = scratch + (depth + 1) / 2 * 16;
    if (!l->rows.packed || l->rows.raised_count > 0) {
        return 0;
    }
    int32_t oy = 0, ox = 0;
    for (int32_t left = l->out_height * width; left > 0; left -= count, out += count * l->out_channels) {
        int32_t y = oy, x = ox;
        count = tvmk_min(left, 4);
        for (int32_t g = 0; g < groups; g++) {
            int32_t first = g * l->group_in;
            y = oy, x = ox;
            if (x + 4 <= width && tvmk_hybrid_widen(l, image, y, x, first, columns)) {
                x += 4;
            } else {
                for (int32_t p = 0; p < count; p++) {
                    if (x == width) {
                        x = 0, y++;
                    }
                    tvmk_hybrid_column(l, image, y, x++, first, (int8_t)input->offset, column);
                    tvmk_widen_run(columns + p, column, depth, 4);
                }
            }
            tvmk_hybrid_tile_group(l, input, columns, g, count, bias, out);
        }
        oy = x == width ? y + 1 : y, ox = x == width ? 0 : x;
    }
    return 1;
}

#endif

#endif
