/* CONV_2D on int8: the core's best code, under the names that layers call. */
#ifndef TVMK_CONV_2D_H
#define TVMK_CONV_2D_H

#include "conv_2d_portable.h"
#include "conv_2d_dsp.h"
#include "conv_2d_mve.h"

/* General output form, weights as in the file, on every core except those with MVE: if weights can't be packed. */
#if !TVMK_MVE
TVMK_SHARED void tvmk_conv_2d_unpacked(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_plain(l, in, out, scratch, 1, 0);
}
#endif

#if !TVMK_DSP && !TVMK_MVE

TVMK_SHARED void tvmk_conv_2d(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_plain(l, in, out, scratch, 0, 0);
}
TVMK_INLINE void tvmk_conv_2d_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_unpacked(l, in, out, scratch);
}

#endif

/* If the core's own code keeps the weights as in the file. */
#if !TVMK_DSP && !TVMK_MVE
TVMK_INLINE void tvmk_conv_2d_bytes(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d(l, in, out, scratch);
}
#endif

#endif
