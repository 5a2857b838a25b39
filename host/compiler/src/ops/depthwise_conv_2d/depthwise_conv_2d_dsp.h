/* DEPTHWISE_CONV_2D with the DSP extension: four channels as planes of halfwords, windows by rows of assembly (dsp_rows.h). */
#ifndef TVMK_DEPTHWISE_CONV_2D_DSP_H
#define TVMK_DEPTHWISE_CONV_2D_DSP_H

#include "depthwise_conv_2d_portable.h"
#include "dsp_columns.h"
#include "dsp_rows.h"

#if TVMK_DSP

/* Planes of `count` channels, for `rows` output rows from row `first`; `plane` and `pitch` are in elements. The border stays
 * from one group of channels to the next: it is filled in if `border`. */
TVMK_SHARED void tvmk_depthwise_planes(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int32_t count, int32_t first,
                                       int32_t rows, int16_t *to, int32_t plane, int32_t pitch, int border) {
    int32_t height = tvmk_depthwise_plane_height(l, rows);
    int32_t y = first * l->stride_height - l->pad_top;
    int32_t step = l->in_step[1];
    for (; height > 0; height--, y++) {
        const int8_t *p = in + y * l->in_step[0];
        int32_t x = 0;
        int32_t inside = y < 0 || y >= l->in_height ? 0 : tvmk_min(l->in_width, tvmk_max(pitch - l->pad_left, 0));
        if (inside > 0) {
            for (; x < l->pad_left; x++) {
                for (int32_t c = 0; c < count && border; c++) {
                    to[c * plane + x] = l->pad;
                }
            }
            /* Columns one by one: all of them, or those that do not belong to a pair at even positions. */
            while (inside > 0) {
                if (count == 4 && inside > 1 && !(x & 1)) {
                    tvmk_dsp_planes(to + x, p, step, 2 * plane, inside / 2);
                    x += inside & ~1;
                    p += (inside & ~1) * step;
                    inside &= 1;
                    continue;
                }
                for (int32_t c = 0; c < count; c++) {
                    to[c * plane + x] = p[c];
                }
                x++;
                p += step;
                inside--;
            }
        }
        for (; x < pitch && border; x++) {
            for (int32_t c = 0; c < count; c++) {
                to[c * plane + x] = l->pad;
            }
        }
        to += pitch;
    }
}

/* Four outputs of any window, `distance` halfwords apart; taps in pairs where they are adjacent. */
TVMK_INLINE void tvmk_depthwise_four(const tvmk_depthwise_conv_2d_t *l, const int16_t *row, int32_t pitch, int32_t distance,
                                     const int8_t *tap, int32_t zero, int32_t *sums) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int32_t width = l->window_width, dilation = l->dilation_width;
    for (int32_t ky = l->window_height; ky > 0; ky--, row += pitch) {
        const int16_t *x = row;
        int32_t kx = width;
        for (; kx > 1 && dilation == 1; kx -= 2, x += 2, tap += 2) {
            int32_t w = (int32_t)(((uint32_t)(tap[0] - zero) & 0xFFFFu) | (uint32_t)(tap[1] - zero) << 16);
            s0 = tvmk_mla2(tvmk_load_pair(x), w, s0);
            s1 = tvmk_mla2(tvmk_load_pair(x + distance), w, s1);
            s2 = tvmk_mla2(tvmk_load_pair(x + 2 * distance), w, s2);
            s3 = tvmk_mla2(tvmk_load_pair(x + 3 * distance), w, s3);
        }
        for (; kx > 0; kx--, x += dilation) {
            int32_t w = *tap++ - zero;
            s0 += x[0] * w;
            s1 += x[distance] * w;
            s2 += x[2 * distance] * w;
            s3 += x[3 * distance] * w;
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

/* Any window: `r->bias[0]` + 2 · Σ for each output of a row, then bytes; in the general form those of channel m. */
TVMK_INLINE void tvmk_depthwise_rows_as(const tvmk_depthwise_conv_2d_t *l, const tvmk_dsp_rows_t *r, const int8_t *weights,
                                        int32_t m, int general, int32_t zero) {
    const int16_t *plane = r->plane;
    int8_t *out = r->out;
    /* Copies: the C compiler must assume that outputs overwrite the originals. */
    int32_t zero_point = l->requant.zero_point, low = l->requant.low, high = l->requant.high;
    int32_t channel[TVMK_GENERAL_WORDS] = {0, 0, 0};
    for (int32_t i = 0; i < TVMK_GENERAL_WORDS && general; i++) {
        channel[i] = l->requant.table[TVMK_GENERAL_WORDS * m + i];
    }
    /* Four outputs; the last ones of a row are computed twice if necessary; in shorter rows one output takes all four places. */
    int32_t n = 4;
    if (r->width < n) {
        n = 1;
    }
    int32_t distance = n == 4 ? l->stride_width : 0;
    for (int32_t oy = 0; oy < r->rows; oy++, plane += r->next_row / 2, out += r->step_y) {
        for (int32_t ox = 0; ox < r->width; ox += n) {
            int32_t first = tvmk_min(ox, r->width - n);
            int8_t *o = out + first * r->step_x;
            int32_t sums[4];
            tvmk_depthwise_four(l, plane + first * l->stride_width, r->pitch / 2, distance, weights, zero, sums);
            for (int32_t i = 0; i < n; i++, o += r->step_x) {
                if (general) {
                    int32_t y = tvmk_requantize_general(sums[i], channel, zero_point);
                    *o = (int8_t)tvmk_clamp(y, low, high);
                    continue;
                }
                int32_t a = r->bias[0] + (int32_t)((uint32_t)sums[i] << 1);
                int32_t y = tvmk_requantize_doubled(a, r->mantissa, r->rounding, r->shift);
                *o = (int8_t)tvmk_clamp(y, low, high);
            }
        }
    }
}

TVMK_SHARED void tvmk_depthwise_rows(const tvmk_depthwise_conv_2d_t *l, const tvmk_dsp_rows_t *r, const int8_t *weights) {
    tvmk_depthwise_rows_as(l, r, weights, 0, 0, 0);
}
TVMK_SHARED void tvmk_depthwise_rows_general(const tvmk_depthwise_conv_2d_t *l, const tvmk_dsp_rows_t *r, const int8_t *weights,
                                             int32_t m) {
    tvmk_depthwise_rows_as(l, r, weights, m, 1, 0);
}

/* With weights of this zero point, in either output form. */
TVMK_SHARED void tvmk_depthwise_rows_offset(const tvmk_depthwise_conv_2d_t *l, const tvmk_dsp_rows_t *r, const int8_t *weights,
                                            int32_t m, int general, int32_t zero) {
    tvmk_depthwise_rows_as(l, r, weights, m, general, zero);
}

typedef void (*tvmk_depthwise_rows_t)(const tvmk_dsp_rows_t *);

/* All channels; `kernel` for windows of 3 × 3, or null. In the general form, `left` is the kernel for channels whose shift is not to
 * the right; the compiler has proved the short form of the others. With `offset`
 * the weights have the zero point `zero`. */
TVMK_INLINE void tvmk_depthwise_dsp_as(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                       tvmk_depthwise_rows_t kernel, tvmk_depthwise_rows_t left, int general, int offset,
                                       int32_t zero) {
    int32_t pitch = (tvmk_depthwise_plane_width(l) + 1) & ~1;
    int32_t plane = pitch * tvmk_depthwise_plane_height(l, l->band);
    int32_t group = tvmk_min(l->in_channels, 4);
    int32_t taps = l->window_height * l->window_width;
    int16_t *planes = (int16_t *)(void *)scratch;
    tvmk_dsp_rows_t r;
    r.pitch = 2 * pitch * l->dilation_height;
    r.next_row = 2 * pitch * l->stride_height;
    r.sums = (int32_t *)(void *)scratch + group * plane / 2;
    r.sums_end = r.sums + ((l->out_width + 1) & ~1);
    r.step_x = l->out_step[1];
    r.step_y = l->out_step[0];
    r.width = l->out_width;
    for (int32_t first = 0; first < l->out_height; first += l->band) {
        r.rows = tvmk_min(l->band, l->out_height - first);
        for (int32_t c = 0; c < l->in_channels; c++) {
            int32_t place = c & 3;
            if (place == 0) {
                tvmk_depthwise_planes(l, in + c, tvmk_min(l->in_channels - c, 4), first, r.rows, planes, plane, pitch, c == 0);
            }
            for (int32_t m = c * l->multiplier; m < (c + 1) * l->multiplier; m++) {
                const int8_t *w = l->weights + m * taps;
                tvmk_depthwise_rows_t rows = kernel;
                r.plane = planes + place * plane;
                r.out = out + first * r.step_y + m;
                if (general) {
                    const int32_t *channel = l->requant.table + TVMK_GENERAL_WORDS * m;
                    r.bias[0] = (int32_t)((uint32_t)channel[0] << 1);
                    r.bias[1] = r.bias[0];
                    r.mantissa = channel[1];
                    r.shift = -channel[2] - 1;
                } else {
                    const int32_t *channel = l->requant.table + TVMK_SHORT_WORDS * m;
                    r.bias[0] = channel[1] >> 5;
                    r.bias[1] = r.bias[0];
                    r.mantissa = channel[0];
                    r.shift = channel[1] & 31;
                }
                if (general && r.shift < 0) {
                    rows = left;
                    r.shift = -r.shift - 1;
                    r.rounding = l->requant.zero_point;
                } else {
                    r.rounding = (int32_t)((uint32_t)(2 * l->requant.zero_point + 1) << (r.shift & 31));
                }
                if (kernel) {
                    for (int32_t i = 0; i < 3; i++) {
                        uint32_t middle = (uint32_t)(2 * (w[3 * i + 1] - zero));
                        r.weights[2 * i] = (int32_t)(((uint32_t)(2 * (w[3 * i] - zero)) & 0xFFFFu) | middle << 16);
                        r.weights[2 * i + 1] = (int32_t)((middle & 0xFFFFu) | (uint32_t)(2 * (w[3 * i + 2] - zero)) << 16);
                    }
                    rows(&r);
                } else if (offset) {
                    tvmk_depthwise_rows_offset(l, &r, w, m, general, zero);
                } else if (general) {
                    tvmk_depthwise_rows_general(l, &r, w, m);
                } else {
                    tvmk_depthwise_rows(l, &r, w);
                }
                if (kernel && (l->requant.low != -128 || l->requant.high != 127)) {
                    for (int32_t y = 0; y < r.rows; y++) {
                        for (int32_t x = 0; x < r.width; x++) {
                            int8_t *o = r.out + y * r.step_y + x * r.step_x;
                            *o = (int8_t)tvmk_clamp(*o, l->requant.low, l->requant.high);
                        }
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_depthwise_dsp(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                    tvmk_depthwise_rows_t kernel) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, kernel, 0, 0, 0, 0);
}
TVMK_SHARED void tvmk_depthwise_dsp_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                            tvmk_depthwise_rows_t kernel, tvmk_depthwise_rows_t left) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, kernel, left, 1, 0, 0);
}

TVMK_INLINE void tvmk_depthwise_conv_2d(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_dsp(l, in, out, scratch, 0);
}
/* General output form. */
TVMK_INLINE void tvmk_depthwise_conv_2d_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                uint8_t *scratch) {
    tvmk_depthwise_dsp_general(l, in, out, scratch, 0, 0);
}
/* Windows of 3 × 3 without dilation along the rows, stride 1 or 2 along the rows. */
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    tvmk_depthwise_dsp(l, in, out, scratch, tvmk_dsp_rows_3x3);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                    uint8_t *scratch) {
    tvmk_depthwise_dsp(l, in, out, scratch, tvmk_dsp_rows_3x3_stride2);
}
/* The same with the general output form, where the compiler has proved of each channel that it would have the short form, or that
 * its shift is to the left and loses no bits. */
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                  uint8_t *scratch) {
    tvmk_depthwise_dsp_general(l, in, out, scratch, tvmk_dsp_rows_3x3, tvmk_dsp_rows_3x3_left);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                          uint8_t *scratch) {
    tvmk_depthwise_dsp_general(l, in, out, scratch, tvmk_dsp_rows_3x3_stride2, tvmk_dsp_rows_3x3_stride2_left);
}

#endif

#endif
