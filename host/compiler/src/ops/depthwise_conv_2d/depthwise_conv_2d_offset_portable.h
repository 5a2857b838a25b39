/* DEPTHWISE_CONV_2D whose weights have a zero point in portable C. */
#ifndef TVMK_DEPTHWISE_CONV_2D_OFFSET_PORTABLE_H
#define TVMK_DEPTHWISE_CONV_2D_OFFSET_PORTABLE_H

#include "depthwise_conv_2d.h"

#if !TVMK_DSP && !TVMK_MVE

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
