/* DEPTHWISE_CONV_2D whose weights have a zero point with MVE: it is subtracted from eight weights at a time, in halfwords. */
#ifndef TVMK_DEPTHWISE_CONV_2D_OFFSET_MVE_H
#define TVMK_DEPTHWISE_CONV_2D_OFFSET_MVE_H

#include "depthwise_conv_2d.h"

#if TVMK_MVE

TVMK_SHARED void tvmk_depthwise_conv_2d_offset(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                               uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 0, &zero);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_offset_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                       uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_any(l, in, out, scratch, 0, 1, &zero);
}
/* Windows of 3 × 3 without dilation along the rows, at least four channels. */
TVMK_SHARED void tvmk_depthwise_offset_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                           int32_t zero) {
    tvmk_depthwise_any(l, in, out, scratch, 1, 0, &zero);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                   uint8_t *scratch, int32_t zero) {
    (l->in_channels >= 4 ? tvmk_depthwise_offset_3x3 : tvmk_depthwise_conv_2d_offset)(l, in, out, scratch, zero);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                           uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_conv_2d_offset_3x3(l, in, out, scratch, zero);
}

#endif

#endif
