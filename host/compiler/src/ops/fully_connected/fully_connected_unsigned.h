/* FULLY_CONNECTED on int8 of models of uint8: weights [unit][input] with a zero point, and sums rounded once, as TensorFlow Lite's reference
 * rounds their product with a float64. C on every core. No scratch. */
#ifndef TVMK_FULLY_CONNECTED_UNSIGNED_H
#define TVMK_FULLY_CONNECTED_UNSIGNED_H

#include "base.h"

typedef struct {
    const int8_t *weights;
    const int32_t *bias; /* of each unit, less the input's zero point times its weights */
    int64_t factor;      /* the scale of a sum times 2^shift; its product with a sum has at most 63 bits */
    int32_t shift;
    int32_t least, most; /* sums beyond give the same outputs as these */
    int32_t weights_zero, zero_point, low, high, batches, inputs, units;
} tvmk_fully_connected_unsigned_t;

TVMK_SHARED void tvmk_fully_connected_unsigned(const tvmk_fully_connected_unsigned_t *l, const int8_t *in, int8_t *out) {
    int64_t half = (int64_t)1 << (l->shift - 1);
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const int8_t *w = l->weights;
        int32_t all = 0;
        for (int32_t k = 0; k < l->inputs; k++) {
            all += in[k];
        }
        all *= l->weights_zero;
        for (int32_t c = 0; c < l->units; c++, w += l->inputs) {
            int32_t sum = 0;
            for (int32_t k = 0; k < l->inputs; k++) {
                sum += w[k] * in[k];
            }
            sum = tvmk_clamp(l->bias[c] + (sum - all), l->least, l->most);
            int32_t scaled = (int32_t)((sum * l->factor + half) >> l->shift);
            *out++ = (int8_t)tvmk_clamp(scaled + l->zero_point, l->low, l->high);
        }
    }
}

#endif
