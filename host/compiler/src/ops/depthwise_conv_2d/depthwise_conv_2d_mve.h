/* DEPTHWISE_CONV_2D with MVE: up to eight channels side by side, two positions at a time. */
#ifndef TVMK_DEPTHWISE_CONV_2D_MVE_H
#define TVMK_DEPTHWISE_CONV_2D_MVE_H

#include "depthwise_conv_2d_portable.h"
#include "depthwise_lines_mve.h"
#include "depthwise_quads_mve.h"
#include "mve_requant.h"

#if TVMK_MVE

/* Channels computed at once: as many as there are bytes of scratch for each element of a plane. */
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

/* The data of a window of eight channels. The assembly relies on the order. */
typedef struct {
    tvmk_mve_channels_t even, odd;
    int16x8_t zero_point, low, high;
    int32_t pitch, channels; /* bytes from one line of a window to the next; how many of the eight exist */
} tvmk_depthwise_constants_t;
TVMK_AT(tvmk_depthwise_constants_t, even, 0);
TVMK_AT(tvmk_depthwise_constants_t, odd, 48);
TVMK_AT(tvmk_depthwise_constants_t, zero_point, 96);
TVMK_AT(tvmk_depthwise_constants_t, low, 112);
TVMK_AT(tvmk_depthwise_constants_t, high, 128);
TVMK_AT(tvmk_depthwise_constants_t, pitch, 144);
TVMK_AT(tvmk_depthwise_constants_t, channels, 148);

/* Two outputs of 3 × 3 taps, 8 bytes an element. The sign of a product is used as that
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

/* Two outputs of any window, or with `three` of 3 × 3 without dilation along the rows; `zero` is the weights' zero point, if
 * they have one. */
TVMK_INLINE void tvmk_depthwise_two_any(const tvmk_depthwise_conv_2d_t *l, const tvmk_depthwise_constants_t *c,
                                        const int8_t *line, int32_t next, int32_t lanes, const int8_t *tap, int8_t *out,
                                        int8_t *out1, int three, int general, const int32_t *zero) {
    int32_t height = three ? 3 : l->window_height, width = three ? 3 : l->window_width;
    int32_t distance = three ? lanes : l->dilation_width * lanes;
    int32x4_t even0 = c->even.bias, odd0 = c->odd.bias, even1 = even0, odd1 = odd0;
    for (int32_t ky = 0; ky < height; ky++, line += c->pitch) {
        const int8_t *x = line, *x1 = line + next;
        for (int32_t kx = 0; kx < width; kx++) {
            int16x8_t w = vldrbq_s16(tap), v = vldrbq_s16(x);
            w = zero ? vsubq_n_s16(w, (int16_t)*zero) : w;
            even0 = vaddq_s32(even0, vmullbq_int_s16(v, w));
            odd0 = vaddq_s32(odd0, vmulltq_int_s16(v, w));
            v = vldrbq_s16(x1);
            even1 = vaddq_s32(even1, vmullbq_int_s16(v, w));
            odd1 = vaddq_s32(odd1, vmulltq_int_s16(v, w));
            tap += lanes;
            x += distance;
            x1 += distance;
        }
    }
    mve_pred16_t used = vctp16q((uint32_t)c->channels);
    vstrbq_p_s16(out, tvmk_mve_eight(even0, odd0, &c->even, &c->odd, &l->requant, general), used);
    vstrbq_p_s16(out1, tvmk_mve_eight(even1, odd1, &c->even, &c->odd, &l->requant, general), used);
}

/* Up to eight channels of two neighbouring outputs at a time. Weights [block of channels][tap][lane]; where there are fewer than
 * eight lanes, those after them are read from what follows and ignored: the compiler adds as many bytes after the last weight, and
 * in scratch the sums follow the planes. */
TVMK_INLINE void tvmk_depthwise_any(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                    int three, int general, const int32_t *zero) {
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
                const int32_t *table = l->requant.table + TVMK_GENERAL_WORDS * c;
                tvmk_mve_eight_channels_general(&constants.even, &constants.odd, table, n);
            } else {
                tvmk_mve_eight_channels(&constants.even, &constants.odd, l->requant.table + TVMK_SHORT_WORDS * c, n);
            }
            constants.zero_point = vdupq_n_s16(l->requant.zero_point);
            constants.low = vdupq_n_s16(l->requant.low);
            constants.high = vdupq_n_s16(l->requant.high);
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
                    if (three && !zero) {
                        tvmk_depthwise_two(&constants, window, window + next, weights, o, o1);
                    } else {
                        tvmk_depthwise_two_any(l, &constants, window, next, lanes, weights, o, o1, three, general, zero);
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_depthwise_windows(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 0, 0);
}
TVMK_INLINE void tvmk_depthwise_conv_2d(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    (tvmk_depthwise_has_lines(l) ? tvmk_depthwise_lines : tvmk_depthwise_windows)(l, in, out, scratch);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 1, 0);
}
/* Windows of 3 × 3 without dilation along the rows, at least four channels. */
TVMK_SHARED void tvmk_depthwise_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_any(l, in, out, scratch, 1, 0, 0);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    if (tvmk_depthwise_has_quads(l)) {
        tvmk_depthwise_quads(l, in, out, scratch);
    } else {
        (l->in_channels >= 4 ? tvmk_depthwise_3x3 : tvmk_depthwise_windows)(l, in, out, scratch);
    }
}
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                    uint8_t *scratch) {
    tvmk_depthwise_conv_2d_3x3(l, in, out, scratch);
}

#endif

#endif
