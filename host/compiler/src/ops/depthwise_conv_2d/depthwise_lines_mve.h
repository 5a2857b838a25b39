/* Depthwise windows of one row of up to 16 elements with MVE: VMLADAV sums a whole window, whose bytes are adjacent in scratch memory. */
#ifndef TVMK_DEPTHWISE_LINES_MVE_H
#define TVMK_DEPTHWISE_LINES_MVE_H

#include "depthwise_quads_mve.h"

#if TVMK_MVE

enum { TVMK_DEPTHWISE_LINES_BEYOND = 24 }; /* bytes that a row's last vectors read beyond it */

/* Whether a row takes fewer instructions than in tvmk_depthwise_windows, eight channels each: measured per row and vector here, per two
 * outputs and tap there. */
TVMK_INLINE int tvmk_depthwise_lines_win(int32_t width, int32_t taps) {
    return 8 * (27 + 22 * (width / 4) + (width % 4 ? 26 : 0)) < (width + 1) / 2 * (106 + 16 * taps);
}

/* Whether these functions compute a layer. Where the image is one row, all of it is read before the first output. */
TVMK_INLINE int tvmk_depthwise_has_lines(const tvmk_depthwise_conv_2d_t *l) {
    int one_row = l->in_height == 1 && l->out_height == 1;
    int32_t width = tvmk_depthwise_plane_width(l);
    return l->in_channels >= 4 && l->multiplier == 1 && l->window_height == 1 && l->window_width <= 16 &&
           l->dilation_width == 1 && l->stride_width <= 2 && tvmk_depthwise_lines_win(l->out_width, l->window_width) &&
           width <= TVMK_DEPTHWISE_QUADS_FAR && 4 * width + TVMK_DEPTHWISE_LINES_BEYOND <= tvmk_depthwise_conv_2d_scratch(l) &&
           (one_row || tvmk_depthwise_in_order(l, 0));
}

/* Row y of n channels. */
TVMK_SHARED void tvmk_depthwise_lines_row(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int32_t y, int32_t n,
                                          int8_t *to) {
    int32_t pitch = tvmk_depthwise_plane_width(l);
    int32_t left = tvmk_min(l->pad_left, pitch), inside = tvmk_min(l->in_width, pitch - left);
    if (y < 0 || y >= l->in_height) {
        tvmk_fill(to, l->pad, n * pitch);
        return;
    }
    const int8_t *from = in + y * l->in_step[0];
    int32_t step = l->in_step[1];
    uint16x8_t places = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)pitch);
    to += left;
    __asm__ volatile("vmov q2, %q[places]\n"
                     "vctp.16 %[n]\n"
                     "wls lr, %[inside], 2f\n"
                     "1:\n"
                     "vpstt\n"
                     "vldrbt.u16 q0, [%[from]]\n"
                     "vstrbt.16 q0, [%[to], q2]\n"
                     "add %[from], %[from], %[step]\n"
                     "add %[to], %[to], #1\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [from] "+&l"(from), [to] "+&l"(to)
                     : [places] "w"(places), [n] "r"(n), [inside] "r"(inside), [step] "r"(step)
                     : "lr", "q0", "q2", "memory");
}

/* The weights of eight channels, from [tap][channel]; what is after a channel's taps stays. */
TVMK_SHARED void tvmk_depthwise_lines_weights(const int8_t *weights, int32_t taps, int8_t *to) {
    uint16x8_t places = vmulq_n_u16(vidupq_n_u16(0, 1), 16);
    for (; taps > 0; taps--, weights += 8, to++) {
        vstrbq_scatter_offset_s16(to, places, vldrbq_s16(weights));
    }
}

/* All channels of an output row. */
TVMK_INLINE void tvmk_depthwise_lines_step(tvmk_depthwise_step_t *c, uint32x4_t *weights, const int32_t *table, const int8_t *x,
                                           int8_t *out, int32_t stride) {
    int32_t a, b, bias, mantissa, shift, step, zero_point;
    if (stride == 1) {
        TVMK_QUADS_STEP("", "add %[weights], %[weights], #16\n", TVMK_QUADS_LINE("1"));
    } else {
        TVMK_QUADS_STEP("", "add %[weights], %[weights], #16\n", TVMK_QUADS_LINE("2"));
    }
}

TVMK_SHARED void tvmk_depthwise_lines(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int8_t *lines = (int8_t *)scratch;
    int32_t pitch = tvmk_depthwise_plane_width(l), taps = l->window_width;
    int32_t lanes = tvmk_depthwise_row_lanes(l, pitch, TVMK_DEPTHWISE_LINES_BEYOND);
    tvmk_depthwise_step_t c;
    uint32x4_t weights[8];
    tvmk_depthwise_range(l, &c);
    tvmk_depthwise_quads_shape(l, &c, 0, pitch, l->stride_width);
    tvmk_fill((int8_t *)weights, 0, sizeof weights);
    for (int32_t first = 0; first < l->in_channels; first += lanes, in += lanes) {
        int32_t n = tvmk_min(lanes, l->in_channels - first);
        tvmk_depthwise_lines_weights(l->weights + first / 8 * taps * 8, taps, (int8_t *)weights);
        tvmk_fill(lines, l->pad, n * pitch);
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            tvmk_depthwise_lines_row(l, in, oy * l->stride_height - l->pad_top, n, lines);
            c.channels = n;
            tvmk_depthwise_lines_step(&c, weights + first % 8, l->requant.table + TVMK_SHORT_WORDS * first, lines,
                                      out + oy * l->out_step[0] + first, l->stride_width);
        }
    }
}

#endif

#endif
