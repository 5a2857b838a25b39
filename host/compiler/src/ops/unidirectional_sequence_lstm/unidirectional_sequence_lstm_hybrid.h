/* UNIDIRECTIONAL_SEQUENCE_LSTM on float32 with weights of int8: each step quantises the input and the hidden state of a batch. The
 * output must not overlap the input. */
#ifndef TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_HYBRID_H
#define TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_HYBRID_H

#include "float_math.h"
#include "hybrid.h"
#include "logistic_float.h"

/* Scratch memory: the gates of all units, and a quantised vector of up to `most` elements. */
#define TVMK_HYBRID_LSTM_SCRATCH(units, most) (16 * (units) + (most))

/* Rows [unit][gate], gates input, forget, cell, output. */
typedef struct {
    tvmk_hybrid_t of_input, of_hidden;
    tvmk_unit_rows_t weights, recurrent;
    const float *bias;
    float clip; /* of the cell state, 0 for none */
    int32_t units, batches, steps;
    int32_t input_stride[2], output_stride[2]; /* elements from batch to batch, from step to step */
} tvmk_hybrid_lstm_t;

/* One step of one batch: `out` becomes the next hidden state. */
TVMK_SHARED void tvmk_hybrid_lstm_step(const tvmk_hybrid_lstm_t *l, const float *in, const float *hidden, float *cell,
                                       float *out, uint8_t *scratch) {
    int32_t units = l->units;
    float *gates = (float *)(void *)scratch;
    int8_t *x = (int8_t *)(void *)(scratch + 16 * units);
    tvmk_hybrid_input_t input = tvmk_hybrid_quantise(&l->of_input, in, x, l->weights.inputs);
    tvmk_hybrid_channels(&l->of_input, &l->weights, &input, x, 0, 0, 4 * units, l->bias, gates);
    input = tvmk_hybrid_quantise(&l->of_hidden, hidden, x, units);
    tvmk_hybrid_channels(&l->of_hidden, &l->recurrent, &input, x, 0, 0, 4 * units, gates, gates);
    for (int32_t u = 0; u < units; u++, gates += 4) {
        float kept = tvmk_exact(tvmk_float_logistic_of(gates[1]) * cell[u]);
        float state = tvmk_exact(kept + tvmk_exact(tvmk_float_logistic_of(gates[0]) * tvmk_tanh(gates[2])));
        if (l->clip > 0.0f) {
            state = tvmk_float_clamp(state, -l->clip, l->clip);
        }
        cell[u] = state;
        out[u] = tvmk_float_result(tvmk_float_logistic_of(gates[3]) * tvmk_tanh(state));
    }
}

TVMK_SHARED void tvmk_hybrid_lstm(const tvmk_hybrid_lstm_t *l, const float *in, float *out, float *hidden, float *cell,
                                  uint8_t *scratch) {
    for (int32_t b = 0; b < l->batches; b++, hidden += l->units, cell += l->units) {
        const float *x = in + b * l->input_stride[0], *h = hidden;
        float *y = out + b * l->output_stride[0];
        for (int32_t t = 0; t < l->steps; t++, x += l->input_stride[1], y += l->output_stride[1]) {
            tvmk_hybrid_lstm_step(l, x, h, cell, y, scratch);
            h = y;
        }
        memcpy(hidden, h, (size_t)l->units * sizeof *h);
    }
}

#endif
