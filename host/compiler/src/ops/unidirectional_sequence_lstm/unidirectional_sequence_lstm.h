/* UNIDIRECTIONAL_SEQUENCE_LSTM on int8 with a cell state of int16. The output must not overlap the input. */
#ifndef TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_H
#define TVMK_UNIDIRECTIONAL_SEQUENCE_LSTM_H

#include "lstm_unit.h"
#include "unit_sums.h"

typedef struct {
    tvmk_unit_scaled_t input, recurrent; /* rows [unit][gate], sums to 12 fractional bits */
    tvmk_lstm_unit_t unit;
    int32_t units, batches, steps;
    int32_t input_stride[2], output_stride[2]; /* elements from batch to batch, from step to step */
} tvmk_lstm_t;

/* Rows of both sources, and how their sums are rounded, from a unit on. */
typedef struct {
    const int32_t *in, *hidden;             /* sums */
    const int32_t *in_table, *hidden_table; /* a table's entries for them */
} tvmk_lstm_sums_t;

/* The argument of one gate. */
TVMK_INLINE int32_t tvmk_lstm_gate(const tvmk_lstm_sums_t *s, int32_t gate, int is_short) {
    int32_t x, h, at = gate * (is_short ? TVMK_SHORT_WORDS : TVMK_GENERAL_WORDS);
    if (is_short) {
        x = tvmk_requantize_short(s->in[gate], s->in_table + at, 0);
        h = tvmk_requantize_short(s->hidden[gate], s->hidden_table + at, 0);
    } else {
        x = tvmk_requantize_general(s->in[gate], s->in_table + at, 0);
        h = tvmk_requantize_general(s->hidden[gate], s->hidden_table + at, 0);
    }
    return tvmk_clamp_int16(tvmk_clamp_int16(x) + tvmk_clamp_int16(h));
}

/* `n` units from their sums. */
TVMK_INLINE void tvmk_lstm_units(const tvmk_lstm_unit_t *l, tvmk_lstm_sums_t s, int32_t n, int16_t *cell, int8_t *out,
                                 int is_short) {
    const int32_t per_gate = is_short ? TVMK_SHORT_WORDS : TVMK_GENERAL_WORDS;
    int32_t words = (int32_t)TVMK_LSTM_GATES * per_gate;
    for (; n > 0; n--) {
        int32_t input = tvmk_lstm_gate(&s, 0, is_short), forget = tvmk_lstm_gate(&s, 1, is_short);
        int32_t fresh = tvmk_lstm_gate(&s, 2, is_short), output = tvmk_lstm_gate(&s, 3, is_short);
        *out++ = (int8_t)tvmk_clamp(tvmk_lstm_unit(l, input, forget, fresh, output, cell++), INT8_MIN, INT8_MAX);
        s.in += TVMK_LSTM_GATES;
        s.hidden += TVMK_LSTM_GATES;
        s.in_table += words;
        s.hidden_table += words;
    }
}

/* One step of one batch: `out` becomes the next hidden state. */
TVMK_INLINE void tvmk_lstm_step(const tvmk_lstm_t *l, const int8_t *in, const int8_t *hidden, int16_t *cell, int8_t *out,
                                int is_short) {
    enum { UNITS = 8, ROWS = UNITS * TVMK_LSTM_GATES };
    int32_t sums[ROWS], from_hidden[ROWS], words = is_short ? TVMK_SHORT_WORDS : TVMK_GENERAL_WORDS;
    for (int32_t u = 0; u < l->units; u += UNITS, cell += UNITS, out += UNITS) {
        int32_t n = tvmk_min(l->units - u, UNITS), first = u * TVMK_LSTM_GATES, rows = n * TVMK_LSTM_GATES;
        tvmk_unit_sums(&l->input.rows, first, rows, in, sums);
        tvmk_unit_sums(&l->recurrent.rows, first, rows, hidden, from_hidden);
        tvmk_lstm_sums_t s = {sums, from_hidden, l->input.table + words * first, l->recurrent.table + words * first};
        tvmk_lstm_units(&l->unit, s, n, cell, out, is_short);
    }
}

/* The operator; tables of both sources have the same form. */
#define TVMK_LSTM(name, is_short)                                                                               \
    TVMK_SHARED void name(const tvmk_lstm_t *l, const int8_t *in, int8_t *out, int8_t *hidden, int16_t *cell) { \
        for (int32_t b = 0; b < l->batches; b++, hidden += l->units, cell += l->units) {                        \
            const int8_t *x = in + b * l->input_stride[0], *h = hidden;                                         \
            int8_t *y = out + b * l->output_stride[0];                                                          \
            for (int32_t t = 0; t < l->steps; t++, x += l->input_stride[1], y += l->output_stride[1]) {         \
                tvmk_lstm_step(l, x, h, cell, y, is_short);                                                     \
                h = y;                                                                                          \
            }                                                                                                   \
            memcpy(hidden, h, (size_t)l->units);                                                                \
        }                                                                                                       \
    }

TVMK_LSTM(tvmk_lstm, 1)
TVMK_LSTM(tvmk_lstm_general, 0)

#endif
