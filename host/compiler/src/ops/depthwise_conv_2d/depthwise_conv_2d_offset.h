/* DEPTHWISE_CONV_2D on int8 whose weights have a zero point, as models of uint8 have them: the kernels of depthwise_conv_2d.h, which take the
 * weights less that. With MVE the one in C; weights [output channel][row][column] on all cores. */
#ifndef TVMK_DEPTHWISE_CONV_2D_OFFSET_H
#define TVMK_DEPTHWISE_CONV_2D_OFFSET_H

#include "depthwise_conv_2d_offset_dsp.h"

#if !TVMK_DSP

TVMK_SHARED void tvmk_depthwise_conv_2d_offset(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                               uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, l->window_height, l->window_width, l->dilation_width, zero);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_offset_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                       uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 1, l->window_height, l->window_width, l->dilation_width, zero);
}
#if TVMK_SMALL
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                   uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_offset(l, in, out, scratch, zero);
}
#else
TVMK_SHARED void tvmk_depthwise_conv_2d_offset_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                   uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, 3, 3, 1, zero);
}
#endif
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                           uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_offset_3x3(l, in, out, scratch, zero);
}

#endif

#endif
