/* FULLY_CONNECTED with weights of int4 and MVE: all channels of one position through mve_products_int4.h. */
#ifndef TVMK_FULLY_CONNECTED_INT4_MVE_H
#define TVMK_FULLY_CONNECTED_INT4_MVE_H

#include "fully_connected_portable.h"
#include "mve_products_int4.h"

#if TVMK_MVE

TVMK_SHARED void tvmk_fully_connected_int4(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs, out += l->units) {
        tvmk_mve_int4_position(in, (const int8_t *)l->weights, l->inputs, l->units, &l->requant, out);
    }
}
TVMK_SHARED void tvmk_fully_connected_int4_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs, out += l->units) {
        tvmk_mve_int4_position_general(in, (const int8_t *)l->weights, l->inputs, l->units, &l->requant, out);
    }
}

#endif

#endif
