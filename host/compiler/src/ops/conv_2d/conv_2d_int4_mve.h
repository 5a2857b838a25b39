/* CONV_2D with weights of int4 and MVE: two positions at a time through mve_products_int4.h. */
#ifndef TVMK_CONV_2D_INT4_MVE_H
#define TVMK_CONV_2D_INT4_MVE_H

#include "conv_2d_mve.h"
#include "mve_products_int4.h"

#if TVMK_MVE

TVMK_SHARED void tvmk_conv_2d_int4(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_int4_position, tvmk_mve_int4_positions, 0);
}
TVMK_SHARED void tvmk_conv_2d_int4_general(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d_mve(l, in, out, scratch, tvmk_mve_int4_position_general, tvmk_mve_int4_positions_general, 0);
}

#endif

#endif
