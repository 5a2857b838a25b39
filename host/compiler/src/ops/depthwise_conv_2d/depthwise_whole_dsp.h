/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, with the DSP extension: four channels a word. */
#ifndef TVMK_DEPTHWISE_WHOLE_DSP_H
#define TVMK_DEPTHWISE_WHOLE_DSP_H

#include "depthwise_whole_portable.h"

#if TVMK_DSP

/* All channels. */
TVMK_INLINE void tvmk_depthwise_whole_layer(const tvmk_depthwise_whole_t *l, const int8_t *in, int8_t *out) {
    const int8_t *inputs = in, *weights = l->weights;
    int8_t *to = out;
    const int32_t *table = l->requant.table;
    int32_t left = l->channels;
    for (; left >= 4; left -= 4, inputs += 4, weights += 4) {
        const int8_t *x = inputs, *w = weights;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t t = l->taps; t > 0; t--, x += l->channels, w += l->channels) {
            uint32_t xs = tvmk_load4(x), ws = tvmk_load4(w);
            int32_t x02 = tvmk_widen_even(xs), x13 = tvmk_widen_odd(xs);
            int32_t w02 = tvmk_widen_even(ws), w13 = tvmk_widen_odd(ws);
            s0 = tvmk_mla_low(x02, w02, s0);
            s1 = tvmk_mla_low(x13, w13, s1);
            s2 = tvmk_mla_high(x02, w02, s2);
            s3 = tvmk_mla_high(x13, w13, s3);
        }
        for (int32_t i = 0; i < 4; i++, table += TVMK_SHORT_WORDS) {
            int32_t y = tvmk_requantize_short(s0, table, l->requant.zero_point);
            *to++ = (int8_t)tvmk_clamp(y, l->requant.low, l->requant.high);
            s0 = s1;
            s1 = s2;
            s2 = s3;
        }
    }
    tvmk_depthwise_whole_channels(l, in, out, left);
}

#endif

#endif
