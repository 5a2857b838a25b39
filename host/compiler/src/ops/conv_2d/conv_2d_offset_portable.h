/* CONV_2D on int8 whose weights have a zero point, as models of uint8 have them: the sum of x (w - zero) is that of x w less zero times
 * the sum of x, which is the same for all channels. Short output form. */
#ifndef TVMK_CONV_2D_OFFSET_PORTABLE_H
#define TVMK_CONV_2D_OFFSET_PORTABLE_H

#include "conv_2d.h"

/* Pairs after those of a column: its sum in halfwords, of up to 255 elements each. */
TVMK_INLINE int32_t tvmk_conv_2d_extra(const tvmk_conv_2d_t *l) {
    int32_t depth = (int32_t)l->window_height * l->window_width * l->in_channels;
    return ((depth + 254) / 255 + 1) / 2;
}

/* Bytes of scratch memory on any core. */
TVMK_INLINE int32_t tvmk_conv_2d_offset_scratch(const tvmk_conv_2d_t *l) {
    return tvmk_conv_2d_scratch(l, 1) + 16 * tvmk_conv_2d_extra(l);
}

#if !TVMK_DSP && !TVMK_MVE

TVMK_SHARED void tvmk_conv_2d_offset(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int32_t zero) {
    tvmk_conv_2d_plain(l, in, out, scratch, 0, zero);
}

#endif

#endif
