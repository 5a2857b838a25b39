/* UNIDIRECTIONAL_SEQUENCE_LSTM on int16, weights of int8. The output must not overlap the input. Scratch: twice the gates. */
#ifndef TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_INT16_H
#define TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_INT16_H

#include "lstm_unit.h"
#include "weighted_int16.h"

typedef struct {
    tvmk_int16_window_t input, recurrent; /* one position, output channels [unit][gate], 12 fractional bits */
    tvmk_lstm_unit_t unit;
    int32_t units, batches, steps;
    int32_t input_stride[2], output_stride[2]; /* elements from batch to batch, from step to step */
} tvmk_lstm_int16_t;

/* One step of one batch, from the gates: `out` becomes the next hidden state. */
TVMK_SHARED void tvmk_lstm_int16_units(const tvmk_lstm_int16_t *l, const int16_t *in, const int16_t *hidden, int16_t *cell,
                                       int16_t *out) {
    for (int32_t u = 0; u < l->units; u++, in += TVMK_LSTM_GATES, hidden += TVMK_LSTM_GATES) {
        int32_t input = tvmk_clamp_int16((int32_t)in[0] + hidden[0]), forget = tvmk_clamp_int16((int32_t)in[1] + hidden[1]);
        int32_t fresh = tvmk_clamp_int16((int32_t)in[2] + hidden[2]), output = tvmk_clamp_int16((int32_t)in[3] + hidden[3]);
        *out++ = (int16_t)tvmk_clamp_int16(tvmk_lstm_unit(&l->unit, input, forget, fresh, output, cell++));
    }
}

/* The operator; `sums` computes all gates' sums with one vector. */
#define TVMK_LSTM_INT16(name, sums)                                                                                    \
    TVMK_SHARED void name(const tvmk_lstm_int16_t *l, const int16_t *in, int16_t *out, int16_t *hidden, int16_t *cell, \
                          int16_t *scratch) {                                                                          \
        int16_t *second = scratch + TVMK_LSTM_GATES * l->units;                                                        \
        for (int32_t b = 0; b < l->batches; b++, hidden += l->units, cell += l->units) {                               \
            const int16_t *x = in + b * l->input_stride[0], *h = hidden;                                               \
            int16_t *y = out + b * l->output_stride[0];                                                                \
            for (int32_t t = 0; t < l->steps; t++, x += l->input_stride[1], y += l->output_stride[1]) {                \
                sums(&l->input, x, scratch, 0);                                                                        \
                sums(&l->recurrent, h, second, 0);                                                                     \
                tvmk_lstm_int16_units(l, scratch, second, cell, y);                                                    \
                h = y;                                                                                                 \
            }                                                                                                          \
            memcpy(hidden, h, (size_t)l->units * sizeof *h);                                                           \
        }                                                                                                              \
    }

TVMK_LSTM_INT16(tvmk_lstm_int16, tvmk_conv_2d_int16)
TVMK_LSTM_INT16(tvmk_lstm_int16_wide, tvmk_conv_2d_int16_wide)

#endif
