/* Cores with MVE have no code for Winograd's F(2 x 2, 3 x 3): they use the kernel of conv_2d.h with its weights, bytes as in the file. */
#ifndef TVMK_CONV_2D_WINOGRAD_MVE_H
#define TVMK_CONV_2D_WINOGRAD_MVE_H

#include "conv_2d.h"

#if TVMK_MVE

TVMK_SHARED void tvmk_conv_2d_winograd(const tvmk_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_conv_2d(l, in, out, scratch);
}

#endif

#endif
