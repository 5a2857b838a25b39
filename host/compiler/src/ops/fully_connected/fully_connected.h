/* FULLY_CONNECTED on int8: the core's best code, under the names that layers call. */
#ifndef TVMK_FULLY_CONNECTED_H
#define TVMK_FULLY_CONNECTED_H

#include "fully_connected_portable.h"
#include "fully_connected_dsp.h"
#include "fully_connected_mve.h"

/* General output form, weights as in the file, on every core except those with MVE: if weights can't be packed. */
#if !TVMK_MVE
TVMK_SHARED void tvmk_fully_connected_unpacked(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 1);
}
#endif

#if !TVMK_DSP && !TVMK_MVE

TVMK_SHARED void tvmk_fully_connected(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_plain(l, in, out, 0);
}
TVMK_INLINE void tvmk_fully_connected_general(const tvmk_fully_connected_t *l, const int8_t *in, int8_t *out) {
    tvmk_fully_connected_unpacked(l, in, out);
}

#endif

#endif
