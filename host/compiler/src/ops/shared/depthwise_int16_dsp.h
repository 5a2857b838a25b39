/* Depthwise convolutions on int16 with the DSP extension: two positions by two channels, or one by four.
 *
 * Weights [row][column][channel], as halfwords. A product takes one instruction and needs no widening; two positions share the
 * loads of weights, and with three adjacent columns also those of the input. */
#ifndef TVMK_DEPTHWISE_INT16_DSP_H
#define TVMK_DEPTHWISE_INT16_DSP_H

#include "dsp_rows_int16.h"

#if TVMK_DSP
typedef int16_t tvmk_int16_weight_t;
#endif

#include "depthwise_int16_portable.h"

#if TVMK_DSP

enum { TVMK_INT16_TWO = 1 };

#define TVMK_INT16_BOTH(a, b, x, w) \
    {                               \
        a = tvmk_mla_low(x, w, a);  \
        b = tvmk_mla_high(x, w, b); \
    }

/* Two positions: any window. */
TVMK_INLINE void tvmk_int16_pairs(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    int32_t channels = l->out_channels, step = channels * l->stride_width, right = channels * l->dilation_width;
    int32_t down = l->dilation_height * l->in_width * channels, width = l->window_width * channels;
    for (int32_t c = 0; c + 2 <= channels; c += 2) {
        const int16_t *w = tvmk_int16_weights(l, t, c), *in = t->in + c;
        int32_t a = 0, b = 0, a1 = 0, b1 = 0;
        for (int32_t ky = t->rows; ky > 0; ky--, in += down, w += width) {
            const int16_t *from = in, *tap = w;
            for (int32_t kx = t->columns; kx > 0; kx--, from += right, tap += channels) {
                int32_t weight = tvmk_load_pair(tap), x = tvmk_load_pair(from), x1 = tvmk_load_pair(from + step);
                TVMK_INT16_BOTH(a, b, x, weight)
                TVMK_INT16_BOTH(a1, b1, x1, weight)
            }
        }
        out[c] = tvmk_int16_finish(l, a, c, form);
        out[c + 1] = tvmk_int16_finish(l, b, c + 1, form);
        out[channels + c] = tvmk_int16_finish(l, a1, c, form);
        out[channels + c + 1] = tvmk_int16_finish(l, b1, c + 1, form);
    }
}

TVMK_INLINE void tvmk_int16_two(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    int32_t channels = l->out_channels, even = channels & ~1;
#ifdef __ARM_FEATURE_UNALIGNED
    int three = form == TVMK_INT16_SHORT && t->columns == 3 && l->stride_width <= 2 && l->dilation_width == 1 && t->rows > 0;
#else
    int three = 0;
#endif
    if (three && even > 0) {
        tvmk_int16_rows_t rows = {.in = t->in,
                                  .weights = tvmk_int16_weights(l, t, 0),
                                  .table = l->table,
                                  .pairs = channels >> 1,
                                  .step = 2 * channels,
                                  .width = 6 * channels,
                                  .down = 2 * l->dilation_height * l->in_width * channels,
                                  .rows = t->rows};
        if (l->stride_width == 1) {
            tvmk_int16_rows(out, &rows);
        } else {
            tvmk_int16_rows_stride2(out, &rows);
        }
        if (l->low != INT16_MIN || l->high != INT16_MAX) {
            for (int32_t c = 0; c < even; c++) {
                out[c] = (int16_t)tvmk_clamp(out[c], l->low, l->high);
                out[channels + c] = (int16_t)tvmk_clamp(out[channels + c], l->low, l->high);
            }
        }
    } else {
        tvmk_int16_pairs(l, t, out, form);
    }
    if (even < channels) {
        tvmk_int16_taps_t next = *t;
        next.in += channels * l->stride_width;
        tvmk_int16_each(l, t, even, out, form);
        tvmk_int16_each(l, &next, even, out + channels, form);
    }
}

TVMK_INLINE void tvmk_int16_one(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    int32_t channels = l->out_channels, right = channels * l->dilation_width;
    int32_t down = l->dilation_height * l->in_width * channels, width = l->window_width * channels;
    int32_t c = 0;
    for (; c + 4 <= channels; c += 4) {
        const int16_t *w = tvmk_int16_weights(l, t, c), *in = t->in + c;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t ky = t->rows; ky > 0; ky--, in += down, w += width) {
            const int16_t *from = in, *tap = w;
            for (int32_t kx = t->columns; kx > 0; kx--, from += right, tap += channels) {
                int32_t w0 = tvmk_load_pair(tap), w1 = tvmk_load_pair(tap + 2);
                int32_t x0 = tvmk_load_pair(from), x1 = tvmk_load_pair(from + 2);
                TVMK_INT16_BOTH(s0, s1, x0, w0)
                TVMK_INT16_BOTH(s2, s3, x1, w1)
            }
        }
        out[c] = tvmk_int16_finish(l, s0, c, form);
        out[c + 1] = tvmk_int16_finish(l, s1, c + 1, form);
        out[c + 2] = tvmk_int16_finish(l, s2, c + 2, form);
        out[c + 3] = tvmk_int16_finish(l, s3, c + 3, form);
    }
    tvmk_int16_each(l, t, c, out, form);
}

#undef TVMK_INT16_BOTH

#endif

#endif
