/* CONV_2D whose weights have a zero point with MVE: one position at a time. */
#ifndef TVMK_CONV_2D_OFFSET_MVE_H
#define TVMK_CONV_2D_OFFSET_MVE_H

#include "conv_2d_offset_portable.h"

#if TVMK_MVE

TVMK_SHARED void tvmk_conv_2d_offset(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int32_t zero) {
    int32_t depth = (int32_t)l->window_height * l->window_width * l->in_channels;
    int8_t *column = (int8_t *)scratch;
    for (int32_t oy = 0; oy < l->out_height; oy++) {
        for (int32_t ox = 0; ox < l->out_width; ox++, out += l->out_channels) {
            tvmk_conv_2d_column(l, in, oy, ox, column);
            tvmk_mve_position_offset(column, (const int8_t *)l->weights, depth, l->out_channels, &l->requant, out,
                                     tvmk_conv_2d_minus(column, depth, zero));
        }
    }
}

#endif

#endif
