/* DEPTHWISE_CONV_2D on int16, weights of int8. Output must not overlap the input. */
#ifndef TVMK_DEPTHWISE_INT16_H
#define TVMK_DEPTHWISE_INT16_H

#include "window_int16.h"
#include "depthwise_int16_dsp.h"
#include "depthwise_int16_mve.h"
#include "depthwise_int16_portable.h"

/* Which rows, or columns, of a window are inside the input: returns their number; they begin with `*first`. */
TVMK_INLINE int32_t tvmk_int16_inside(int32_t start, int32_t input, int32_t window, int32_t dilation, int32_t *first) {
    int32_t before = start < 0 ? (dilation - 1 - start) / dilation : 0;
    int32_t end = input > start ? tvmk_min((input - start + dilation - 1) / dilation, window) : 0;
    *first = before;
    return tvmk_max(end - before, 0);
}

/* Each input channel gives the same number of output channels. */
TVMK_INLINE void tvmk_int16_depthwise(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int form) {
    int32_t channels = l->out_channels, taps = (int32_t)l->window_height * l->window_width;
    int fast = channels == l->in_channels && (form != TVMK_INT16_WIDE || taps <= TVMK_INT16_BLOCK);
    int32_t span = (l->window_width - 1) * l->dilation_width;
    for (int32_t b = 0; b < l->batches; b++) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            int32_t ky, kx, y = oy * l->stride_height - l->pad_top, x = -(int32_t)l->pad_left;
            int32_t rows = tvmk_int16_inside(y, l->in_height, l->window_height, l->dilation_height, &ky);
            const int16_t *row = in + (y + ky * l->dilation_height) * l->in_width * l->in_channels;
            for (int32_t ox = 0; ox < l->out_width;) {
                int32_t columns = tvmk_int16_inside(x, l->in_width, l->window_width, l->dilation_width, &kx);
                const int16_t *first = row + (x + kx * l->dilation_width) * l->in_channels;
                tvmk_int16_taps_t t = {.in = first, .tap = ky * l->window_width + kx, .rows = rows, .columns = columns};
                int32_t next = x + l->stride_width;
                if (fast && TVMK_INT16_TWO != 0 && ox + 1 < l->out_width && x >= 0 && next + span < l->in_width) {
                    tvmk_int16_two(l, &t, out, form);
                    ox += 2;
                    x = next + l->stride_width;
                    out += 2 * channels;
                    continue;
                }
                if (fast) {
                    tvmk_int16_one(l, &t, out, form);
                } else {
                    tvmk_int16_each(l, &t, 0, out, form);
                }
                ox++;
                x = next;
                out += channels;
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
