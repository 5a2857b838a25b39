/* From the LSTM's gates to one unit's cell and hidden state; gates have 12 fractional bits, their functions 15. */
#ifndef TVMK_LSTM_UNIT_H
#define TVMK_LSTM_UNIT_H

#include "base.h"
#include "elements_int16.h"

/* Gates of a unit: input, forget, cell, output. */
enum { TVMK_LSTM_GATES = 4 };

/* Twice a product of two int16 to mantissa / 2^(32 + right); one of the two is not -2^15. */
typedef struct {
    int32_t mantissa, right;
} tvmk_lstm_factor_t;

typedef struct {
    const uint16_t *sigmoids;       /* 65536 · sigmoid(i / 24) */
    tvmk_lstm_factor_t add, result; /* input gate · cell gate, output gate · tanh(cell) */
    tvmk_sigmoid_int16_t cell;      /* argument of the cell state */
    int16_t zero_point, clip;       /* of the hidden state; of the cell state, -1 for none */
} tvmk_lstm_unit_t;

TVMK_INLINE int32_t tvmk_lstm_scaled(int32_t x, const tvmk_lstm_factor_t *factor) {
    return tvmk_requantize_doubled(2 * x, factor->mantissa, (int32_t)1 << factor->right, factor->right);
}

/* A cell state times the forget gate: x / 2^15, rounded twice as the reference does. */
TVMK_INLINE int32_t tvmk_lstm_kept(int32_t x) {
    int32_t half = (x + 1) >> 1;
    return (half + (1 << 13) + (half >> 31)) >> 14;
}

/* The hidden state with its zero point, before it is clamped. The gates are arguments of their
 * functions; that of the cell is `fresh`. */
TVMK_INLINE int32_t tvmk_lstm_unit(const tvmk_lstm_unit_t *l, int32_t input, int32_t forget, int32_t fresh, int32_t output,
                                   int16_t *cell) {
    const uint16_t *sigmoids = l->sigmoids;
    input = tvmk_logistic_int16_at(sigmoids, 3 * input);
    forget = tvmk_logistic_int16_at(sigmoids, 3 * forget);
    fresh = tvmk_tanh_int16_at(sigmoids, 3 * fresh);
    output = tvmk_logistic_int16_at(sigmoids, 3 * output);
    int32_t kept = tvmk_lstm_kept(forget * *cell);
    int32_t added = tvmk_clamp_int16(tvmk_lstm_scaled(input * fresh, &l->add));
    int32_t state = tvmk_clamp_int16(kept + added);
    if (l->clip >= 0) {
        state = tvmk_clamp(state, -l->clip, l->clip);
    }
    *cell = (int16_t)state;
    return tvmk_lstm_scaled(tvmk_tanh_int16_of(&l->cell, state) * output, &l->result) + l->zero_point;
}

#endif
