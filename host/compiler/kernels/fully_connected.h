/* FULLY_CONNECTED on int8, weights [unit][input]. No scratch. */
#ifndef TVMK_FULLY_CONNECTED_H
#define TVMK_FULLY_CONNECTED_H

#include "base.h"
#include "mve.h"

typedef struct {
    const void *weights; /* int8_t as in the file; with TVMK_DSP and the short output form int16_t, packed */
    tvmk_output_t output;
    int32_t batches, inputs, units;
} tvmk_fully_connected_t;

TVMK_INLINE void tvmk_fully_connected_plain(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out, int general) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const int8_t *w = (const int8_t *)l->weights;
        for (int32_t c = 0; c < l->units; c++, w += l->inputs) {
            int32_t sum = 0;
            for (int32_t k = 0; k < l->inputs; k++) {
                sum += w[k] * in[k];
            }
            *out++ = tvmk_requantize(sum, &l->output, c, general);
        }
    }
}

TVMK_SHARED void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 1);
}

#if TVMK_DSP

/* Two units a pass: weights packed as those of convolutions, inputs widened on the way. */
TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const int32_t *w = (const int32_t *)l->weights;
        for (int32_t c = 0; c < l->units; c += 2) {
            int32_t first = 0, both = 0;
            const int8_t *x = in;
            int32_t n = l->inputs;
            for (; n >= 4; n -= 4, x += 4, w += 2) {
                uint32_t bytes = tvmk_load4(x);
                int32_t even = tvmk_widen_even(bytes), odd = tvmk_widen_odd(bytes);
                first = tvmk_mla2(tvmk_widen_even((uint32_t)w[0]), even, first);
                both = tvmk_mla2(w[0], even, both);
                first = tvmk_mla2(tvmk_widen_even((uint32_t)w[1]), odd, first);
                both = tvmk_mla2(w[1], odd, both);
            }
            if (n > 0) {
                int32_t rest[2];
                int32_t count = (int32_t)(tvmk_widen_run(rest, x, n, 1) - rest);
                for (int32_t k = 0; k < count; k++, w++) {
                    first = tvmk_mla2(tvmk_widen_even((uint32_t)*w), rest[k], first);
                    both = tvmk_mla2(*w, rest[k], both);
                }
            }
            if (c + 1 < l->units) {
                out[1] = tvmk_requantize((int32_t)((uint32_t)both - (uint32_t)first) >> 8, &l->output, c + 1, 0);
            } else {
                first = both;
            }
            out[0] = tvmk_requantize(first, &l->output, c, 0);
            out += c + 1 < l->units ? 2 : 1;
        }
    }
}

#elif TVMK_MVE

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs, out += l->units) {
        tvmk_mve_position(in, (const int8_t *)l->weights, l->inputs, l->units, &l->output, out);
    }
}

#else

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 0);
}

#endif

#endif
