/* CONV_2D whose weights have a zero point with the DSP extension: the packed weights of each channel end with the zero point, which the
 * tile multiplies with the column's sum as with any other element. */
#ifndef TVMK_CONV_2D_OFFSET_DSP_H
#define TVMK_CONV_2D_OFFSET_DSP_H

#include "conv_2d_offset_portable.h"

#if TVMK_DSP

TVMK_SHARED void tvmk_conv_2d_offset(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch, int32_t zero) {
    (void)zero;
    tvmk_conv_2d_tiles(l, in, out, scratch, tvmk_conv_2d_extra(l));
}

#endif

#endif
