/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, in portable C; the layer. */
#ifndef TVMK_DEPTHWISE_WHOLE_PORTABLE_H
#define TVMK_DEPTHWISE_WHOLE_PORTABLE_H

#include "base.h"

typedef struct {
    const int8_t *weights;
    tvmk_requant_t requant;
    int32_t taps, channels;
} tvmk_depthwise_whole_t;

/* The last `left` channels. */
TVMK_INLINE void tvmk_depthwise_whole_channels(const tvmk_depthwise_whole_t *l, const int8_t *in, int8_t *out, int32_t left) {
    int32_t first = l->channels - left;
    const int8_t *weights = l->weights + first;
    const int32_t *table = l->requant.table + TVMK_SHORT_WORDS * first;
    in += first;
    out += first;
    for (; left > 0; left--, in++, weights++, table += TVMK_SHORT_WORDS) {
        const int8_t *x = in, *w = weights;
        int32_t sum = 0;
        for (int32_t t = l->taps; t > 0; t--, x += l->channels, w += l->channels) {
            sum += *x * *w;
        }
        int32_t y = tvmk_requantize_short(sum, table, l->requant.zero_point);
        *out++ = (int8_t)tvmk_clamp(y, l->requant.low, l->requant.high);
    }
}

#if !TVMK_DSP && !TVMK_MVE

/* All channels. */
TVMK_INLINE void tvmk_depthwise_whole_layer(const tvmk_depthwise_whole_t *l, const int8_t *in, int8_t *out) {
    tvmk_depthwise_whole_channels(l, in, out, l->channels);
}

#endif

#endif
