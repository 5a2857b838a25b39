/* UNIDIRECTIONAL_SEQUENCE_LSTM on float32, sums in the order of the reference. The output must not overlap the input.
 * Weights may be stored in flash as float16: each is converted to float when it is read, exactly as DEQUANTIZE does. */
#ifndef TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_FLOAT_H
#define TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_FLOAT_H

#include "float_half.h"
#include "float_math.h"
#include "logistic_float.h"

/* Rows [gate][unit], gates input, forget, cell, output. */
typedef struct {
    const void *weights, *recurrent; /* float or float16 */
    const float *bias;
    float clip; /* of the cell state, 0 for none */
    int32_t inputs, units, batches, steps;
    int32_t input_stride[2], output_stride[2]; /* elements from batch to batch, from step to step */
} tvmk_float_lstm_t;

/* A weight; `half` for float16, a constant in each caller below. */
TVMK_INLINE float tvmk_float_lstm_weight(const void *weights, int32_t i, int half) {
    return half ? tvmk_half_at(weights, i) : ((const float *)weights)[i];
}

/* A row of weights, of which `first` is the first, times `n` elements. */
TVMK_INLINE float tvmk_float_lstm_sum(const void *weights, int32_t first, const float *x, int32_t n, float bias, int half) {
    float sum = 0.0f;
    for (int32_t i = 0; i < n; i++) {
        sum = tvmk_exact(sum + tvmk_exact(x[i] * tvmk_float_lstm_weight(weights, first + i, half)));
    }
    return tvmk_float_clamp(tvmk_exact(sum + bias), -FLT_MAX, FLT_MAX);
}

/* A gate of one unit before its function. */
TVMK_INLINE float tvmk_float_lstm_gate(const tvmk_float_lstm_t *l, int32_t row, const float *in, const float *hidden,
                                       int half) {
    float x = tvmk_float_lstm_sum(l->weights, row * l->inputs, in, l->inputs, l->bias[row], half);
    float h = tvmk_float_lstm_sum(l->recurrent, row * l->units, hidden, l->units, 0.0f, half);
    return tvmk_exact(x + h);
}

TVMK_INLINE float tvmk_float_lstm_product(float x, float y) { return tvmk_float_clamp(tvmk_exact(x * y), -FLT_MAX, FLT_MAX); }

/* One step of one batch: `out` becomes the next hidden state. */
TVMK_INLINE void tvmk_float_lstm_step(const tvmk_float_lstm_t *l, const float *in, const float *hidden, float *cell, float *out,
                                      int half) {
    int32_t units = l->units;
    for (int32_t u = 0; u < units; u++) {
        float input = tvmk_float_logistic_of(tvmk_float_lstm_gate(l, u, in, hidden, half));
        float forget = tvmk_float_logistic_of(tvmk_float_lstm_gate(l, units + u, in, hidden, half));
        float fresh = tvmk_tanh(tvmk_float_lstm_gate(l, 2 * units + u, in, hidden, half));
        float output = tvmk_float_logistic_of(tvmk_float_lstm_gate(l, 3 * units + u, in, hidden, half));
        float kept = tvmk_float_lstm_product(forget, cell[u]);
        float state = tvmk_float_result(kept + tvmk_float_lstm_product(input, fresh));
        if (l->clip > 0.0f) {
            state = tvmk_float_clamp(state, -l->clip, l->clip);
        }
        cell[u] = state;
        out[u] = tvmk_float_lstm_product(tvmk_tanh(state), output);
    }
}

TVMK_INLINE void tvmk_float_lstm_run(const tvmk_float_lstm_t *l, const float *in, float *out, float *hidden, float *cell,
                                     int half) {
    for (int32_t b = 0; b < l->batches; b++, hidden += l->units, cell += l->units) {
        const float *x = in + b * l->input_stride[0], *h = hidden;
        float *y = out + b * l->output_stride[0];
        for (int32_t t = 0; t < l->steps; t++, x += l->input_stride[1], y += l->output_stride[1]) {
            tvmk_float_lstm_step(l, x, h, cell, y, half);
            h = y;
        }
        memcpy(hidden, h, (size_t)l->units * sizeof *h);
    }
}

TVMK_SHARED void tvmk_float_lstm(const tvmk_float_lstm_t *l, const float *in, float *out, float *hidden, float *cell) {
    tvmk_float_lstm_run(l, in, out, hidden, cell, 0);
}

TVMK_SHARED void tvmk_float_lstm_half(const tvmk_float_lstm_t *l, const float *in, float *out, float *hidden, float *cell) {
    tvmk_float_lstm_run(l, in, out, hidden, cell, 1);
}

#endif
