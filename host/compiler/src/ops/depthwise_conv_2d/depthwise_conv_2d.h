/* DEPTHWISE_CONV_2D on int8: the core's best code, under the names that layers call. */
#ifndef TVMK_DEPTHWISE_CONV_2D_H
#define TVMK_DEPTHWISE_CONV_2D_H

#include "depthwise_conv_2d_portable.h"
#include "depthwise_conv_2d_dsp.h"
#include "depthwise_conv_2d_mve.h"

#if !TVMK_DSP && !TVMK_MVE

TVMK_SHARED void tvmk_depthwise_conv_2d(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, l->window_height, l->window_width, l->dilation_width, 0);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 1, l->window_height, l->window_width, l->dilation_width, 0);
}
#if TVMK_SMALL
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    tvmk_depthwise_conv_2d(l, in, out, scratch);
}
#else
TVMK_SHARED void tvmk_depthwise_conv_2d_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                            uint8_t *scratch) {
    tvmk_depthwise_conv_2d_plain(l, in, out, scratch, 0, 3, 3, 1, 0);
}
#endif
TVMK_INLINE void tvmk_depthwise_conv_2d_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                    uint8_t *scratch) {
    tvmk_depthwise_conv_2d_3x3(l, in, out, scratch);
}

#endif

#if !TVMK_DSP

TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                  uint8_t *scratch) {
    tvmk_depthwise_conv_2d_general(l, in, out, scratch);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_mixed_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                          uint8_t *scratch) {
    tvmk_depthwise_conv_2d_general(l, in, out, scratch);
}

#endif

#endif
