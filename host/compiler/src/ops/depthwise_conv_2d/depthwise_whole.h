/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, as in streaming models that look at the last few frames.
 * Weights [tap][channel] as in the file: input and weights run in step. No scratch; the output may overwrite the input's start.
 */
#ifndef TVMK_DEPTHWISE_WHOLE_H
#define TVMK_DEPTHWISE_WHOLE_H

#include "base.h"
#include "mve_requant.h"

typedef struct {
    const int8_t *weights;
    tvmk_requant_t requant;
    int32_t taps, channels;
} tvmk_depthwise_whole_t;

TVMK_SHARED void tvmk_depthwise_whole(const tvmk_depthwise_whole_t *layer, const int8_t *in, int8_t *out) {
    /* A copy: as far as the compiler knows, outputs could overwrite *layer. */
    const tvmk_depthwise_whole_t l = *layer;
    const int8_t *weights = l.weights;
    const int32_t *table = l.requant.table;
    int32_t left = l.channels;
#if TVMK_MVE
    /* Eight channels at a time, the last few in fewer lanes. */
    for (; left > 0; left -= 8, in += 8, weights += 8, out += 8, table += 8 * TVMK_SHORT_WORDS) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        tvmk_mve_channels_t c[2]; /* of even places, of odd ones */
        tvmk_mve_eight_channels(&c[0], &c[1], table, left);
        int32x4_t even = c[0].bias, odd = c[1].bias;
        const int8_t *x = in, *w = weights;
        for (int32_t t = l.taps; t > 0; t--, x += l.channels, w += l.channels) {
            int16x8_t xs = vldrbq_z_s16(x, lanes), ws = vldrbq_z_s16(w, lanes);
            even = vaddq_s32(even, vmullbq_int_s16(xs, ws));
            odd = vaddq_s32(odd, vmulltq_int_s16(xs, ws));
        }
        vstrbq_p_s16(out, tvmk_mve_eight(even, odd, &c[0], &c[1], &l.requant, 0), lanes);
    }
#elif TVMK_DSP
    for (; left >= 4; left -= 4, in += 4, weights += 4) {
        const int8_t *x = in, *w = weights;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t t = l.taps; t > 0; t--, x += l.channels, w += l.channels) {
            uint32_t xs = tvmk_load4(x), ws = tvmk_load4(w);
            int32_t x02 = tvmk_widen_even(xs), x13 = tvmk_widen_odd(xs);
            int32_t w02 = tvmk_widen_even(ws), w13 = tvmk_widen_odd(ws);
            s0 = tvmk_mla_low(x02, w02, s0);
            s1 = tvmk_mla_low(x13, w13, s1);
            s2 = tvmk_mla_high(x02, w02, s2);
            s3 = tvmk_mla_high(x13, w13, s3);
        }
        for (int32_t i = 0; i < 4; i++, table += TVMK_SHORT_WORDS) {
            int32_t y = tvmk_requantize_short(s0, table, l.requant.zero_point);
            *out++ = (int8_t)tvmk_clamp(y, l.requant.low, l.requant.high);
            s0 = s1;
            s1 = s2;
            s2 = s3;
        }
    }
#endif
    for (; left > 0; left--, in++, weights++, table += TVMK_SHORT_WORDS) {
        const int8_t *x = in, *w = weights;
        int32_t sum = 0;
        for (int32_t t = l.taps; t > 0; t--, x += l.channels, w += l.channels) {
            sum += *x * *w;
        }
        int32_t y = tvmk_requantize_short(sum, table, l.requant.zero_point);
        *out++ = (int8_t)tvmk_clamp(y, l.requant.low, l.requant.high);
    }
}

#endif
