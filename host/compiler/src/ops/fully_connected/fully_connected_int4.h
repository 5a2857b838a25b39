/* FULLY_CONNECTED on int8 with weights of int4 (int4.h): the core's best code, under the names that layers call. */
#ifndef TVMK_FULLY_CONNECTED_INT4_H
#define TVMK_FULLY_CONNECTED_INT4_H

#include "fully_connected_int4_dsp.h"
#include "fully_connected_int4_mve.h"
#include "fully_connected_portable.h"
#include "int4.h"

#if !TVMK_DSP && !TVMK_MVE

TVMK_INLINE void tvmk_fully_connected_int4_plain(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out, int general) {
    int32_t row = tvmk_int4_row(l->inputs);
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const uint8_t *w = (const uint8_t *)l->weights;
        int32_t start = tvmk_int4_start(in, l->inputs);
        for (int32_t c = 0; c < l->units; c += 2, w += row) {
            int32_t first = start, second = start;
            for (int32_t k = 0; k < l->inputs; k++) {
                first += tvmk_int4_first(w[k]) * in[k];
                second += tvmk_int4_second(w[k]) * in[k];
            }
            *out++ = tvmk_requantize(first, &l->requant, c, general);
            if (c + 1 < l->units) {
                *out++ = tvmk_requantize(second, &l->requant, c + 1, general);
            }
        }
    }
}
TVMK_SHARED void tvmk_fully_connected_int4(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_int4_plain(l, in, out, 0);
}
TVMK_SHARED void tvmk_fully_connected_int4_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_int4_plain(l, in, out, 1);
}

#endif

#endif
