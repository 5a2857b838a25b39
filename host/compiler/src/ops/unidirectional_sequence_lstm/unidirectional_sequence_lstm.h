/* UNIDIRECTIONAL_SEQUENCE_LSTM on int8 with a cell state of int16. The output must not overlap the input. */
#ifndef TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_H
#define TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_H

#include "elements_int16.h"
#include "unit_sums.h"

enum { TVMK_LSTM_INPUT, TVMK_LSTM_FORGET, TVMK_LSTM_CELL, TVMK_LSTM_OUTPUT, TVMK_LSTM_GATES };

/* Twice a product of two int16 to mantissa / 2^(32 + right); one of the two is not -2^15. */
typedef struct {
    int32_t mantissa, right;
} tvmk_lstm_factor_t;

typedef struct {
    tvmk_unit_scaled_t input, recurrent;  /* rows [unit][gate], sums to 12 fractional bits */
    tvmk_lstm_factor_t keep, add, result; /* forget gate · cell, input gate · cell gate, output gate · tanh(cell) */
    tvmk_sigmoid_int16_t gate, cell;      /* arguments of 12 fractional bits; of the cell state */
    int32_t units, batches, steps;
    int32_t input_stride[2], output_stride[2]; /* elements from batch to batch, from step to step */
    int16_t zero_point, clip;                  /* of the hidden state; of the cell state, -1 for none */
} tvmk_lstm_t;

TVMK_INLINE int32_t tvmk_lstm_scaled(int32_t x, const tvmk_lstm_factor_t *factor) {
    return tvmk_requantize_doubled(2 * x, factor->mantissa, (int32_t)1 << factor->right, factor->right);
}
TVMK_INLINE int32_t tvmk_lstm_int16(int32_t x) { return tvmk_clamp(x, INT16_MIN, INT16_MAX); }

/* What one unit's gates, before their functions, make of its cell state; the hidden state is returned. */
TVMK_INLINE int8_t tvmk_lstm_unit(const tvmk_lstm_t *l, const int32_t *gates, int16_t *cell) {
    int32_t input = tvmk_logistic_int16_of(&l->gate, gates[TVMK_LSTM_INPUT]);
    int32_t forget = tvmk_logistic_int16_of(&l->gate, gates[TVMK_LSTM_FORGET]);
    int32_t fresh = tvmk_tanh_int16_of(&l->gate, gates[TVMK_LSTM_CELL]);
    int32_t output = tvmk_logistic_int16_of(&l->gate, gates[TVMK_LSTM_OUTPUT]);
    int32_t kept = tvmk_lstm_int16(tvmk_lstm_scaled(forget * *cell, &l->keep));
    int32_t added = tvmk_lstm_int16(tvmk_lstm_scaled(input * fresh, &l->add));
    int32_t state = tvmk_lstm_int16(kept + added);
    if (l->clip >= 0) {
        state = tvmk_clamp(state, -l->clip, l->clip);
    }
    *cell = (int16_t)state;
    int32_t y = tvmk_lstm_scaled(tvmk_tanh_int16_of(&l->cell, state) * output, &l->result);
    return (int8_t)tvmk_clamp(y + l->zero_point, INT8_MIN, INT8_MAX);
}

/* One step of one batch: `out` becomes the next hidden state. */
TVMK_SHARED void tvmk_lstm_step(const tvmk_lstm_t *l, const int8_t *in, const int8_t *hidden, int16_t *cell, int8_t *out) {
    enum { UNITS = 8, ROWS = UNITS * TVMK_LSTM_GATES };
    int32_t gates[ROWS], from_hidden[ROWS];
    for (int32_t u = 0; u < l->units; u += UNITS) {
        int32_t n = tvmk_min(l->units - u, UNITS), first = u * TVMK_LSTM_GATES, rows = n * TVMK_LSTM_GATES;
        tvmk_unit_scaled(&l->input, first, rows, in, 0, gates);
        tvmk_unit_scaled(&l->recurrent, first, rows, hidden, 0, from_hidden);
        for (int32_t i = 0; i < rows; i++) {
            gates[i] = tvmk_lstm_int16(gates[i] + from_hidden[i]);
        }
        for (int32_t i = 0; i < n; i++) {
            *out++ = tvmk_lstm_unit(l, gates + i * TVMK_LSTM_GATES, cell++);
        }
    }
}

TVMK_SHARED void tvmk_lstm(const tvmk_lstm_t *l, const int8_t *in, int8_t *out, int8_t *hidden, int16_t *cell) {
    for (int32_t b = 0; b < l->batches; b++, hidden += l->units, cell += l->units) {
        const int8_t *x = in + b * l->input_stride[0], *h = hidden;
        int8_t *y = out + b * l->output_stride[0];
        for (int32_t t = 0; t < l->steps; t++, x += l->input_stride[1], y += l->output_stride[1]) {
            tvmk_lstm_step(l, x, h, cell, y);
            h = y;
        }
        memcpy(hidden, h, (size_t)l->units);
    }
}

#endif
