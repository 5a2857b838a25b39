/* DEPTHWISE_CONV_2D on int8, NHWC. Weights [output channel][row][column]: transposed from the file by the compiler.
 *
 * One input channel at a time (four with TVMK_DSP) is copied into scratch memory as a plane of its own, with the border around
 * it filled with the input's zero point; windows then are short rows of neighbours and never leave the plane. Where the
 * whole plane fits (`band` = out_height) and the multiplier is 1, all reads of a channel precede its writes, and since
 * channels keep their places, the output may start where the input starts.
 *
 * Rows may be the image's rows or its columns: the compiler exchanges height and width (and everything that goes with them)
 * where that makes longer rows; `in_step` and `out_step` say how far apart neighbours are in memory, vertically and along a row.
 *
 * Scratch, 4-byte aligned: min(4, in_channels) planes of int16_t, for `band` output rows, their width rounded up to even, and
 * four bytes for each output of a row, rounded up to even.
 */
#ifndef TVMK_DEPTHWISE_CONV_2D_H
#define TVMK_DEPTHWISE_CONV_2D_H

#include "base.h"
#include "dsp.h"
#include "mve.h"

typedef struct {
    const int8_t *weights;
    tvmk_output_t output;
    int32_t in_step[2], out_step[2];
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, multiplier;
    uint16_t window_height, window_width;
    uint8_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    uint16_t band; /* output rows computed from one filling of the planes */
    int8_t pad;    /* zero point of the input */
} tvmk_depthwise_conv_2d_t;

/* Columns and rows of a plane: exactly what the windows of all columns, and of `rows` output rows, touch. */
TVMK_INLINE int32_t tvmk_depthwise_plane_width(const tvmk_depthwise_conv_2d_t *l) {
    return (l->out_width - 1) * l->stride_width + (l->window_width - 1) * l->dilation_width + 1;
}
TVMK_INLINE int32_t tvmk_depthwise_plane_height(const tvmk_depthwise_conv_2d_t *l, int32_t rows) {
    return (rows - 1) * l->stride_height + (l->window_height - 1) * l->dilation_height + 1;
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
            memset(plane, l->pad, (size_t)width);
        } else {
            const int8_t *p = in + y * l->in_step[0];
            memset(plane, l->pad, (size_t)left);
            for (int32_t i = 0; i < inside; i++, p += l->in_step[1]) {
                plane[left + i] = *p;
            }
            memset(plane + left + inside, l->pad, (size_t)(width - left - inside));
        }
        plane += width;
    }
}

/* The window's size as arguments, so that a caller with constants gets unrolled loops. */
TVMK_INLINE void tvmk_depthwise_conv_2d_plain(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                              uint8_t *scratch, int general, int32_t window_height,
                                              int32_t window_width, int32_t dilation_width) {
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
#define TVMK_DEPTHWISE_TAP(k)                        \
    do {                                             \
        int32_t weight = tap[k];                     \
        sum += x[(k) * dilation_width] * weight;     \
        sum1 += x1[(k) * dilation_width] * weight;   \
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
                    *o = tvmk_requantize(sum, &l->output, c, general);
                    o += l->out_step[1];
                    if (left > 1) {
                        *o = tvmk_requantize(sum1, &l->output, c, general);
                        o += l->out_step[1];
                    }
                }
            }
        }
    }
}

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
            /* Columns one by one: all of them, or what is left of pairs at even places. */
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

/* Four outputs of any window, `distance` halfwords apart; taps in pairs where they are neighbours. */
TVMK_INLINE void tvmk_depthwise_four(const tvmk_depthwise_conv_2d_t *l, const int16_t *row, int32_t pitch, int32_t distance,
                                     const int8_t *tap, int32_t *sums) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int32_t width = l->window_width, dilation = l->dilation_width;
    for (int32_t ky = l->window_height; ky > 0; ky--, row += pitch) {
        const int16_t *x = row;
        int32_t kx = width;
        for (; kx > 1 && dilation == 1; kx -= 2, x += 2, tap += 2) {
            int32_t w = (int32_t)(((uint32_t)tap[0] & 0xFFFFu) | (uint32_t)tap[1] << 16);
            s0 = tvmk_mla2(tvmk_load_pair(x), w, s0);
            s1 = tvmk_mla2(tvmk_load_pair(x + distance), w, s1);
            s2 = tvmk_mla2(tvmk_load_pair(x + 2 * distance), w, s2);
            s3 = tvmk_mla2(tvmk_load_pair(x + 3 * distance), w, s3);
        }
        for (; kx > 0; kx--, x += dilation) {
            int32_t w = *tap++;
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
                                        int32_t m, int general) {
    const int16_t *plane = r->plane;
    int8_t *out = r->out;
    /* Copies: outputs could overwrite the originals, as far as the compiler knows. */
    int32_t zero_point = l->output.zero_point, low = l->output.low, high = l->output.high;
    int32_t channel[TVMK_GENERAL_WORDS] = {0, 0, 0};
    for (int32_t i = 0; i < TVMK_GENERAL_WORDS && general; i++) {
        channel[i] = l->output.table[TVMK_GENERAL_WORDS * m + i];
    }
    /* Four outputs, the last ones of a row once more if need be; in rows of fewer, one in four places. */
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
            tvmk_depthwise_four(l, plane + first * l->stride_width, r->pitch / 2, distance, weights, sums);
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
    tvmk_depthwise_rows_as(l, r, weights, 0, 0);
}
TVMK_SHARED void tvmk_depthwise_rows_general(const tvmk_depthwise_conv_2d_t *l, const tvmk_dsp_rows_t *r,
                                             const int8_t *weights, int32_t m) {
    tvmk_depthwise_rows_as(l, r, weights, m, 1);
}

typedef void (*tvmk_depthwise_rows_t)(const tvmk_dsp_rows_t *);

/* All channels; `kernel` for windows of 3 × 3, or null. In the general form, `left` is the kernel for channels whose shift is not to
 * the right; the compiler has proved the short form of the others. */
TVMK_INLINE void tvmk_depthwise_dsp_as(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                       tvmk_depthwise_rows_t kernel, tvmk_depthwise_rows_t left, int general) {
    int32_t pitch = (tvmk_depthwise_plane_width(l) + 1) & ~1;
    int32_t plane = pitch * tvmk_depthwise_plane_height(l, l->band);
    int32_t group = tvmk_min(l->in_channels, 4);
    int32_t taps = l->window_height * l->window_width;
    int16_t *planes = (int16_t *)scratch;
    tvmk_dsp_rows_t r;
    r.pitch = 2 * pitch * l->dilation_height;
    r.next_row = 2 * pitch * l->stride_height;
    r.sums = (int32_t *)scratch + group * plane / 2;
    r.sums_end = r.sums + ((l->out_width + 1) & ~1);
    r.step_x = l->out_step[1];
    r.step_y = l->out_step[0];
    r.width = l->out_width;
    for (int32_t first = 0; first < l->out_height; first += l->band) {
        r.rows = tvmk_min(l->band, l->out_height - first);
        for (int32_t c = 0; c < l->in_channels; c++) {
            int32_t place = c & 3;
            if (place == 0) {
                tvmk_depthwise_planes(l, in + c, tvmk_min(l->in_channels - c, 4), first, r.rows, planes, plane, pitch,
                                      c == 0);
            }
            for (int32_t m = c * l->multiplier; m < (c + 1) * l->multiplier; m++) {
                const int8_t *w = l->weights + m * taps;
                tvmk_depthwise_rows_t rows = kernel;
                r.plane = planes + place * plane;
                r.out = out + first * r.step_y + m;
                if (general) {
                    const int32_t *channel = l->output.table + TVMK_GENERAL_WORDS * m;
                    r.bias[0] = (int32_t)((uint32_t)channel[0] << 1);
                    r.bias[1] = r.bias[0];
                    r.mantissa = channel[1];
                    r.shift = -channel[2] - 1;
                } else {
                    const int32_t *channel = l->output.table + TVMK_SHORT_WORDS * m;
                    r.bias[0] = channel[1] >> 5;
                    r.bias[1] = r.bias[0];
                    r.mantissa = channel[0];
                    r.shift = channel[1] & 31;
                }
                if (general && r.shift < 0) {
                    rows = left;
                    r.shift = -r.shift - 1;
                    r.rounding = l->output.zero_point;
                } else {
                    r.rounding = (int32_t)((uint32_t)(2 * l->output.zero_point + 1) << (r.shift & 31));
                }
                if (kernel) {
                    for (int32_t i = 0; i < 3; i++) {
                        uint32_t middle = (uint32_t)(2 * w[3 * i + 1]);
                        r.weights[2 * i] = (int32_t)(((uint32_t)(2 * w[3 * i]) & 0xFFFFu) | middle << 16);
                        r.weights[2 * i + 1] = (int32_t)((middle & 0xFFFFu) | (uint32_t)(2 * w[3 * i + 2]) << 16);
                    }
                    rows(&r);
                } else if (general) {
                    tvmk_depthwise_rows_general(l, &r, w, m);
                } else {
                    tvmk_depthwise_rows(l, &r, w);
                }
                if (kernel && (l->output.low != -128 || l->output.high != 127)) {
                    for (int32_t y = 0; y < r.rows; y++) {
                        for (int32_t x = 0; x < r.width; x++) {
                            int8_t *o = r.out + y * r.step_y + x * r.step_x;
                            *o = (int8_t)tvmk_clamp(*o, l->output.low, l->output.high);
                        }
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_depthwise_dsp(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                    tvmk_depthwise_rows_t kernel) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, kernel, 0, 0);
}
TVMK_SHARED void tvmk_depthwise_dsp_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch, tvmk_depthwise_rows_t kernel, tvmk_depthwise_rows_t left) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, kernel, left, 1);
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
 * its shift is to the left and nothing is lost by it. */
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                  uint8_t *scratch) {
    tvmk_depthwise_dsp_general(l, in, out, scratch, tvmk_dsp_rows_3x3, tvmk_dsp_rows_3x3_left);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                          uint8_t *scratch) {
    tvmk_depthwise_dsp_general(l, in, out, scratch, tvmk_dsp_rows_3x3_stride2, tvmk_dsp_rows_3x3_stride2_left);
}

#else

#if TVMK_MVE

/* Channels computed at once: as many bytes as there is scratch for each element of a plane. */
TVMK_INLINE int32_t tvmk_depthwise_lanes(const tvmk_depthwise_conv_2d_t *l) { return 2 * tvmk_min(l->in_channels, 4); }

/* The planes of n output channels from channel c on, side by side: `lanes` bytes for each element. */
TVMK_SHARED void tvmk_depthwise_block(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int32_t c, int32_t n, int32_t first,
                                      int32_t rows, int8_t *to) {
    int32_t lanes = tvmk_depthwise_lanes(l);
    int32_t width = tvmk_depthwise_plane_width(l);
    int32_t left = tvmk_min(l->pad_left, width);
    int32_t inside = tvmk_min(l->in_width, width - left);
    int32_t y = first * l->stride_height - l->pad_top;
    mve_pred16_t used = vctp16q((uint32_t)n);
    for (int32_t height = tvmk_depthwise_plane_height(l, rows); height > 0; height--, y++) {
        if (y < 0 || y >= l->in_height) {
            tvmk_fill(to, l->pad, width * lanes);
            to += width * lanes;
            continue;
        }
        const int8_t *p = in + y * l->in_step[0];
        tvmk_fill(to, l->pad, left * lanes);
        to += left * lanes;
        if (l->multiplier == 1) {
            p += c;
            for (int32_t i = 0; i < inside; i++, p += l->in_step[1], to += lanes) {
                vstrbq_p_s16(to, vldrbq_z_s16(p, used), used);
            }
        } else {
            for (int32_t i = 0; i < inside; i++, p += l->in_step[1], to += lanes) {
                for (int32_t k = 0; k < n; k++) {
                    to[k] = p[(c + k) / l->multiplier];
                }
            }
        }
        tvmk_fill(to, l->pad, (width - left - inside) * lanes);
        to += (width - left - inside) * lanes;
    }
}

/* A tap of two outputs, eight channels each: 11 instructions for 16 multiplications. */
#define TVMK_DEPTHWISE_TAP(tap, place)         \
    "vldrb.s16 q4, [%[w], #" tap "]\n"         \
    "vldrb.s16 q5, [%[x], #" place "]\n"       \
    "vmullb.s16 q6, q5, q4\n"                  \
    "vadd.i32 q0, q0, q6\n"                    \
    "vmullt.s16 q5, q5, q4\n"                  \
    "vadd.i32 q1, q1, q5\n"                    \
    "vldrb.s16 q7, [%[x1], #" place "]\n"      \
    "vmullb.s16 q6, q7, q4\n"                  \
    "vadd.i32 q2, q2, q6\n"                    \
    "vmullt.s16 q7, q7, q4\n"                  \
    "vadd.i32 q3, q3, q7\n"
#define TVMK_DEPTHWISE_SCALE(sum)              \
    "vqrdmulh.s32 " sum ", " sum ", q4\n"      \
    "vshr.s32 q6, " sum ", #31\n"              \
    "vadd.i32 " sum ", " sum ", q6\n"          \
    "vrshl.s32 " sum ", " sum ", q5\n"

/* What a window of eight channels works with. The assembly knows the order. */
typedef struct {
    tvmk_mve_channels_t even, odd;
    int16x8_t zero_point, low, high;
    int32_t pitch, channels; /* bytes from one line of a window to the next; how many of the eight there are */
} tvmk_depthwise_constants_t;

/* Two outputs of 3 × 3 taps, 8 bytes an element. The sign of a product stands for that
 * of the sum: they differ only where the product is 0, and then subtracting 1 from half a unit changes nothing. */
TVMK_INLINE void tvmk_depthwise_two(const tvmk_depthwise_constants_t *c, const int8_t *x, const int8_t *x1, const int8_t *w,
                                    int8_t *out, int8_t *out1) {
    __asm__ volatile(
        "ldr lr, [%[c], #144]\n"
        "vldrw.32 q0, [%[c], #16]\n"
        "vldrw.32 q1, [%[c], #64]\n"
        "vmov q2, q0\n"
        "vmov q3, q1\n"
        TVMK_DEPTHWISE_TAP("0", "0")
        TVMK_DEPTHWISE_TAP("8", "8")
        TVMK_DEPTHWISE_TAP("16", "16")
        "add %[x], %[x], lr\n"
        "add %[x1], %[x1], lr\n"
        TVMK_DEPTHWISE_TAP("24", "0")
        TVMK_DEPTHWISE_TAP("32", "8")
        TVMK_DEPTHWISE_TAP("40", "16")
        "add %[x], %[x], lr\n"
        "add %[x1], %[x1], lr\n"
        TVMK_DEPTHWISE_TAP("48", "0")
        TVMK_DEPTHWISE_TAP("56", "8")
        TVMK_DEPTHWISE_TAP("64", "16")
        "vldrw.32 q4, [%[c]]\n"
        "vldrw.32 q5, [%[c], #32]\n"
        TVMK_DEPTHWISE_SCALE("q0")
        TVMK_DEPTHWISE_SCALE("q2")
        "vldrw.32 q4, [%[c], #48]\n"
        "vldrw.32 q5, [%[c], #80]\n"
        TVMK_DEPTHWISE_SCALE("q1")
        TVMK_DEPTHWISE_SCALE("q3")
        "vqmovnb.s32 q0, q0\n"
        "vqmovnt.s32 q0, q1\n"
        "vqmovnb.s32 q2, q2\n"
        "vqmovnt.s32 q2, q3\n"
        "vldrw.32 q6, [%[c], #96]\n"
        "vldrw.32 q4, [%[c], #112]\n"
        "vldrw.32 q5, [%[c], #128]\n"
        "vqadd.s16 q0, q0, q6\n"
        "vqadd.s16 q2, q2, q6\n"
        "vmax.s16 q0, q0, q4\n"
        "vmax.s16 q2, q2, q4\n"
        "vmin.s16 q0, q0, q5\n"
        "vmin.s16 q2, q2, q5\n"
        "ldr lr, [%[c], #148]\n"
        "vctp.16 lr\n"
        "vpstt\n"
        "vstrbt.16 q0, [%[out]]\n"
        "vstrbt.16 q2, [%[out1]]\n"
        : [x] "+l"(x), [x1] "+l"(x1)
        : [c] "r"(c), [w] "l"(w), [out] "l"(out), [out1] "l"(out1)
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "memory");
}

/* Two outputs of any window. */
TVMK_INLINE void tvmk_depthwise_two_any(const tvmk_depthwise_conv_2d_t *l, const tvmk_depthwise_constants_t *c,
                                        const int8_t *line, int32_t next, int32_t lanes, const int8_t *tap, int8_t *out,
                                        int8_t *out1, int general) {
    int32x4_t even0 = c->even.bias, odd0 = c->odd.bias, even1 = even0, odd1 = odd0;
    for (int32_t ky = 0; ky < l->window_height; ky++, line += c->pitch) {
        const int8_t *x = line, *x1 = line + next;
        for (int32_t kx = 0; kx < l->window_width; kx++) {
            int16x8_t w = vldrbq_s16(tap), v = vldrbq_s16(x);
            even0 = vaddq_s32(even0, vmullbq_int_s16(v, w));
            odd0 = vaddq_s32(odd0, vmulltq_int_s16(v, w));
            v = vldrbq_s16(x1);
            even1 = vaddq_s32(even1, vmullbq_int_s16(v, w));
            odd1 = vaddq_s32(odd1, vmulltq_int_s16(v, w));
            tap += lanes;
            x += l->dilation_width * lanes;
            x1 += l->dilation_width * lanes;
        }
    }
    mve_pred16_t used = vctp16q((uint32_t)c->channels);
    vstrbq_p_s16(out, tvmk_mve_eight(even0, odd0, &c->even, &c->odd, &l->output, general), used);
    vstrbq_p_s16(out1, tvmk_mve_eight(even1, odd1, &c->even, &c->odd, &l->output, general), used);
}

/* Up to eight channels of two neighbouring outputs at a time. Weights [block of channels][tap][lane]; where there are fewer than
 * eight lanes, those behind them are read from what follows and dropped: the compiler adds as much behind the last weight, and
 * scratch has the sums' bytes behind the planes. */
TVMK_INLINE void tvmk_depthwise_any(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                    int three, int general) {
    int32_t lanes = three ? 8 : tvmk_depthwise_lanes(l);
    int32_t pitch = tvmk_depthwise_plane_width(l) * lanes;
    int32_t channels = l->in_channels * l->multiplier;
    int32_t distance = l->stride_width * lanes;
    for (int32_t first = 0; first < l->out_height; first += l->band) {
        int32_t rows = tvmk_min(l->band, l->out_height - first);
        for (int32_t c = 0; c < channels; c += lanes) {
            int32_t n = tvmk_min(lanes, channels - c);
            const int8_t *weights = l->weights + c * l->window_height * l->window_width;
            tvmk_depthwise_constants_t constants;
            if (general) {
                const int32_t *table = l->output.table + TVMK_GENERAL_WORDS * c;
                tvmk_mve_eight_channels_general(&constants.even, &constants.odd, table, n);
            } else {
                tvmk_mve_eight_channels(&constants.even, &constants.odd, l->output.table + TVMK_SHORT_WORDS * c, n);
            }
            constants.zero_point = vdupq_n_s16(l->output.zero_point);
            constants.low = vdupq_n_s16(l->output.low);
            constants.high = vdupq_n_s16(l->output.high);
            constants.pitch = pitch * l->dilation_height;
            constants.channels = n;
            tvmk_depthwise_block(l, in, c, n, first, rows, (int8_t *)scratch);
            const int8_t *row = (const int8_t *)scratch;
            for (int32_t oy = 0; oy < rows; oy++, row += l->stride_height * pitch) {
                const int8_t *window = row;
                int8_t *o = out + (first + oy) * l->out_step[0] + c;
                int32_t step = l->out_step[1];
                for (int32_t left = l->out_width; left > 0; left -= 2, window += 2 * distance, o += 2 * step) {
                    /* An odd last output is computed twice. */
                    int32_t next = left > 1 ? distance : 0;
                    int8_t *o1 = left > 1 ? o + step : o;
                    if (three) {
                        tvmk_depthwise_two(&constants, window, window + next, weights, o, o1);
                    } else {
                        tvmk_depthwise_two_any(l, &constants, window, next, lanes, weights, o, o1, general);
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_depthwise_conv_2d(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 0);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 1);
}
/* Windows of 3 × 3 without dilation along the rows, at least four channels. */
TVMK_SHARED void tvmk_depthwise_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 1, 0);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    (l->in_channels >= 4 ? tvmk_depthwise_3x3 : tvmk_depthwise_conv_2d)(l, in, out, scratch);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                    uint8_t *scratch) {
    tvmk_depthwise_conv_2d_3x3(l, in, out, scratch);
}

#else

TVMK_SHARED void tvmk_depthwise_conv_2d(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, l->window_height, l->window_width, l->dilation_width);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 1, l->window_height, l->window_width, l->dilation_width);
}
TVMK_SHARED void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, 3, 3, 1);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                    uint8_t *scratch) {
    tvmk_depthwise_conv_2d_3x3(l, in, out, scratch);
}

#endif

TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                  uint8_t *scratch) {
    tvmk_depthwise_conv_2d_general(l, in, out, scratch);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                          uint8_t *scratch) {
    tvmk_depthwise_conv_2d_general(l, in, out, scratch);
}

#endif

#endif
