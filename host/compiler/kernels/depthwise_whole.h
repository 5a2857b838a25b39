/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, as in streaming models that look at the last few frames.
 * Weights [tap][channel] as in the file: input and weights run in step. No scratch; the output may overwrite the input's start.
 */
#ifndef TVMK_DEPTHWISE_WHOLE_H
#define TVMK_DEPTHWISE_WHOLE_H

#include "base.h"
#include "mve.h"

typedef struct {
    const int8_t *weights;
    tvmk_output_t output;
    int32_t taps, channels;
} tvmk_depthwise_whole_t;

TVMK_SHARED void tvmk_depthwise_whole(const tvmk_depthwise_whole_t *layer, const int8_t *in, int8_t *out) {
    /* A copy: as far as the compiler knows, outputs could overwrite *layer. */
    const tvmk_depthwise_whole_t l = *layer;
    const int8_t *weights = l.weights;
    const int32_t *table = l.output.table;
    int32_t left = l.channels;
#if TVMK_MVE
    for (; left >= 4; left -= 4, in += 4, weights += 4, out += 4, table += 4 * TVMK_SHORT_WORDS) {
        const int8_t *x = in, *w = weights;
        int32x4_t sum = vdupq_n_s32(0);
        for (int32_t t = l.taps; t > 0; t--, x += l.channels, w += l.channels) {
            sum = vaddq_s32(sum, vmulq_s32(vldrbq_s32(x), vldrbq_s32(w)));
        }
        int32x4x2_t constants = vld2q_s32(table);
        int32x4_t doubled = vaddq_s32(vshlq_n_s32(sum, 1), vshrq_n_s32(constants.val[1], 5));
        int32x4_t e1 = vandq_s32(constants.val[1], vdupq_n_s32(31));
        vstrbq_s32(out, tvmk_mve_bytes(doubled, constants.val[0], e1, &l.output));
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
            int32_t y = tvmk_requantize_short(s0, table, l.output.zero_point);
            *out++ = (int8_t)tvmk_clamp(y, l.output.low, l.output.high);
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
        int32_t y = tvmk_requantize_short(sum, table, l.output.zero_point);
        *out++ = (int8_t)tvmk_clamp(y, l.output.low, l.output.high);
    }
}

#endif
