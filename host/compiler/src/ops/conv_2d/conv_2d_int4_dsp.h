/* CONV_2D with weights of int4 and the DSP extension: columns as conv_2d_dsp.h has them, through dsp_tile_int4.h. */
#ifndef TVMK_CONV_2D_INT4_DSP_H
#define TVMK_CONV_2D_INT4_DSP_H

#include "conv_2d_dsp.h"
#include "dsp_tile_int4.h"
#include "int4.h"

#if TVMK_DSP

/* What the tile does not compute: the sums of two channels at up to four positions, four of the first channel, then four of the second. */
TVMK_INLINE void tvmk_conv_2d_int4_sums(const tvmk_dsp_tile_int4_t *t, int32_t count, int32_t *sums) {
    for (int32_t p = 0; p < count; p++) {
        const int32_t *x = t->columns + p;
        const int32_t *start = t->start + p + (p & 2);
        int32_t first = start[0], both = start[2];
        for (int32_t k = 0; k < t->words; k++, x += 8) {
            uint32_t w = t->weights[k];
            uint32_t even = w & 0x00FF00FFu, odd = w >> 8 & 0x00FF00FFu;
            first = tvmk_mla2((int32_t)(even & 0x000F000Fu), x[0], first);
            both = tvmk_mla2((int32_t)even, x[0], both);
            first = tvmk_mla2((int32_t)(odd & 0x000F000Fu), x[4], first);
            both = tvmk_mla2((int32_t)odd, x[4], both);
        }
        sums[p] = first;
        sums[4 + p] = (int32_t)((uint32_t)both - (uint32_t)first) >> 4;
    }
}

/* The columns of the next `count` positions, and the start values of sums. The last pair of an odd number is followed by zeros. */
TVMK_INLINE void tvmk_conv_2d_int4_columns(const tvmk_conv_2d_t *l, const int8_t *in, int32_t *oy, int32_t *ox, int32_t count,
                                           tvmk_dsp_tile_int4_t *tile, int32_t pairs, int32_t *columns) {
    int32_t *end = columns + 8 * tile->words;
    if (count < 4) {
        /* Missing positions: their start values are read, too. */
        tvmk_fill((int8_t *)columns, 0, 16 * pairs);
    }
    if (pairs & 1) {
        end[-4] = 0;
        end[-3] = 0;
        end[-2] = 0;
        end[-1] = 0;
    }
    tvmk_conv_2d_columns(l, in, oy, ox, count, columns, (int8_t *)end);
    tvmk_dsp_int4_starts(tile->start, columns, tile->words);
}

TVMK_SHARED void tvmk_conv_2d_int4(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t pairs = tvmk_conv_2d_pairs(l);
    int32_t *columns = (int32_t *)(void *)scratch;
    int32_t channels = l->out_channels;
    tvmk_dsp_tile_int4_t tile;
    int32_t oy = 0, ox = 0, count = 4;
    tile.table = l->requant.table;
    tile.columns = columns;
    tile.words = (pairs + 1) / 2;
    tile.step = channels;
    tile.zero = 2 * l->requant.zero_point + 1;
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= count, out += count * channels) {
        int32_t done = 0;
        count = tvmk_min(left, 4);
        tile.weights = (const uint32_t *)l->weights;
        tile.channel_pairs = channels / 2;
        tvmk_conv_2d_int4_columns(l, in, &oy, &ox, count, &tile, pairs, columns);
        if (count == 4 && channels > 1) {
            tvmk_dsp_tile_int4(out, &tile);
            done = channels & ~1;
            tile.weights += done / 2 * tile.words;
        }
        for (int32_t p = 0; p < count && (l->requant.low != -128 || l->requant.high != 127); p++) {
            for (int32_t c = 0; c < done; c++) {
                out[p * channels + c] = (int8_t)tvmk_clamp(out[p * channels + c], l->requant.low, l->requant.high);
            }
        }
        for (int32_t c = done; c < channels; c += 2, tile.weights += tile.words) {
            int32_t sums[8];
            tvmk_conv_2d_int4_sums(&tile, count, sums);
            for (int32_t p = 0; p < count; p++) {
                out[p * channels + c] = tvmk_requantize(sums[p], &l->requant, c, 0);
                if (c + 1 < channels) {
                    out[p * channels + c + 1] = tvmk_requantize(sums[4 + p], &l->requant, c + 1, 0);
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_conv_2d_int4_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int32_t pairs = tvmk_conv_2d_pairs(l);
    int32_t *columns = (int32_t *)(void *)scratch;
    int32_t channels = l->out_channels;
    tvmk_dsp_tile_int4_t tile;
    int32_t oy = 0, ox = 0, count = 4;
    tile.table = 0;
    tile.columns = columns;
    tile.words = (pairs + 1) / 2;
    tile.channel_pairs = 1;
    tile.step = 0;
    tile.zero = 0;
    for (int32_t left = l->out_height * l->out_width; left > 0; left -= count, out += count * channels) {
        count = tvmk_min(left, 4);
        tile.weights = (const uint32_t *)l->weights;
        tvmk_conv_2d_int4_columns(l, in, &oy, &ox, count, &tile, pairs, columns);
        for (int32_t c = 0; c < channels; c += 2, tile.weights += tile.words) {
            int32_t sums[8];
            int8_t *o = out + c;
            if (count == 4) {
                tvmk_dsp_tile_int4_sums(sums, &tile);
            } else {
                tvmk_conv_2d_int4_sums(&tile, count, sums);
            }
            for (int32_t p = 0; p < count; p++, o += channels) {
                o[0] = tvmk_requantize(sums[p], &l->requant, c, 1);
                if (c + 1 < channels) {
                    o[1] = tvmk_requantize(sums[4 + p], &l->requant, c + 1, 1);
                }
            }
        }
    }
}

#endif

#endif
