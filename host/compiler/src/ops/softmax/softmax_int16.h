/* SOFTMAX on int16, by tables of exp and of 1 / (1 + x). The output may overwrite the input. */
#ifndef TVMK_SOFTMAX_INT16_H
#define TVMK_SOFTMAX_INT16_H

#include "table_int16.h"

typedef struct {
    const int16_t *exponentials; /* from -10 to 0, 513 entries of 15 fractional bits */
    const int16_t *reciprocals;  /* of 1 + x from 0 to 1 */
    int32_t mantissa, shift;
    int32_t rows, depth;
} tvmk_softmax_int16_t;

TVMK_SHARED void tvmk_softmax_int16_int16(const tvmk_softmax_int16_t *l, const int16_t *in, int16_t *out) {
    for (int32_t row = 0; row < l->rows; row++, in += l->depth, out += l->depth) {
        int32_t largest = in[0];
        for (int32_t c = 1; c < l->depth; c++) {
            largest = tvmk_max(largest, in[c]);
        }
        int32_t sum = 0;
        for (int32_t c = 0; c < l->depth; c++) {
            int32_t scaled = tvmk_multiply(in[c] - largest, l->mantissa, l->shift);
            out[c] = tvmk_table_int16_at(l->exponentials, tvmk_max(scaled + 32767, INT16_MIN));
            sum += out[c];
        }
        /* The largest element contributes 32767, so the sum has 14 or more bits. */
        int32_t bits = 0;
        while (sum >> bits > 1) {
            bits++;
        }
        /* Between 1 and 2 with 16 fractional bits, less 1.5. */
        int32_t one = (int32_t)((((int64_t)sum << (30 - bits)) + (1 << 13)) >> 14) - INT32_C(98304);
        int32_t reciprocal = tvmk_table_int16_at(l->reciprocals, tvmk_clamp_int16(one));
        for (int32_t c = 0; c < l->depth; c++) {
            int32_t y = (out[c] * reciprocal + (INT32_C(1) << (bits - 1))) >> bits;
            out[c] = (int16_t)tvmk_clamp(y, 0, INT16_MAX);
        }
    }
}

#endif
