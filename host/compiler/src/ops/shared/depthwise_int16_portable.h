/* Depthwise convolutions on int16 in portable C, also for what the other paths do not compute. Weights [row][column][output channel]. */
#ifndef TVMK_DEPTHWISE_INT16_PORTABLE_H
#define TVMK_DEPTHWISE_INT16_PORTABLE_H

#include "window_int16.h"

/* The taps of a window that lie inside the input: the element of channel 0 at the first, its number among all, how many. */
typedef struct {
    const int16_t *in;
    int32_t tap, rows, columns;
} tvmk_int16_taps_t;

#if !TVMK_DSP
typedef int8_t tvmk_int16_weight_t;
#endif

TVMK_INLINE const tvmk_int16_weight_t *tvmk_int16_weights(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int32_t c) {
    return (const tvmk_int16_weight_t *)l->weights + t->tap * l->out_channels + c;
}

/* Channels from c on at one position, one by one. */
TVMK_SHARED void tvmk_int16_each_wide(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int32_t c, int16_t *out,
                                      int form) {
    int32_t channels = l->out_channels, repeat = channels / l->in_channels;
    int32_t down = l->dilation_height * l->in_width * l->in_channels, right = l->dilation_width * l->in_channels;
    for (; c < channels; c++) {
        const tvmk_int16_weight_t *w = tvmk_int16_weights(l, t, c);
        const int16_t *in = t->in + c / repeat;
        int64_t sum = 0;
        for (int32_t ky = 0; ky < t->rows; ky++, in += down, w += (int32_t)l->window_width * channels) {
            for (int32_t kx = 0; kx < t->columns; kx++) {
                sum += (int32_t)in[kx * right] * w[kx * channels];
            }
        }
        out[c] = tvmk_int16_finish(l, sum, c, form);
    }
}

/* The same if each sum fits in 32 bits. */
TVMK_SHARED void tvmk_int16_each_short(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int32_t c, int16_t *out) {
    int32_t channels = l->out_channels, repeat = channels / l->in_channels;
    int32_t down = l->dilation_height * l->in_width * l->in_channels, right = l->dilation_width * l->in_channels;
    for (; c < channels; c++) {
        const tvmk_int16_weight_t *w = tvmk_int16_weights(l, t, c);
        const int16_t *in = t->in + c / repeat;
        int32_t sum = 0;
        for (int32_t ky = 0; ky < t->rows; ky++, in += down, w += (int32_t)l->window_width * channels) {
            const int16_t *from = in;
            const tvmk_int16_weight_t *weight = w;
            for (int32_t kx = t->columns; kx > 0; kx--, from += right, weight += channels) {
                sum += (int32_t)*from * *weight;
            }
        }
        out[c] = tvmk_int16_finish(l, sum, c, TVMK_INT16_SHORT);
    }
}

TVMK_INLINE void tvmk_int16_each(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int32_t c, int16_t *out, int form) {
    if (form == TVMK_INT16_SHORT) {
        tvmk_int16_each_short(l, t, c, out);
    } else {
        tvmk_int16_each_wide(l, t, c, out, form);
    }
}

#if !TVMK_DSP && !TVMK_MVE

enum { TVMK_INT16_TWO = 0 };

/* Four channels at a time. */
TVMK_INLINE void tvmk_int16_one(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    int32_t channels = l->out_channels, right = channels * l->dilation_width, c = 0;
    int32_t down = l->dilation_height * l->in_width * channels, width = l->window_width * channels;
    for (; c + 4 <= channels; c += 4) {
        const int8_t *w = tvmk_int16_weights(l, t, c);
        const int16_t *in = t->in + c;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t ky = t->rows; ky > 0; ky--, in += down, w += width) {
            const int16_t *from = in;
            const int8_t *tap = w;
            for (int32_t kx = t->columns; kx > 0; kx--, from += right, tap += channels) {
                s0 += (int32_t)from[0] * tap[0];
                s1 += (int32_t)from[1] * tap[1];
                s2 += (int32_t)from[2] * tap[2];
                s3 += (int32_t)from[3] * tap[3];
            }
        }
        out[c] = tvmk_int16_finish(l, s0, c, form);
        out[c + 1] = tvmk_int16_finish(l, s1, c + 1, form);
        out[c + 2] = tvmk_int16_finish(l, s2, c + 2, form);
        out[c + 3] = tvmk_int16_finish(l, s3, c + 3, form);
    }
    tvmk_int16_each(l, t, c, out, form);
}

TVMK_INLINE void tvmk_int16_two(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    (void)l, (void)t, (void)out, (void)form;
}

#endif

#endif
