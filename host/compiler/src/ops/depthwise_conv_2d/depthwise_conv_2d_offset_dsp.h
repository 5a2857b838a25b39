/* DEPTHWISE_CONV_2D whose weights have a zero point with the DSP extension: weights less that are halfwords in registers. */
#ifndef TVMK_DEPTHWISE_CONV_2D_OFFSET_DSP_H
#define TVMK_DEPTHWISE_CONV_2D_OFFSET_DSP_H

#include "depthwise_conv_2d.h"

#if TVMK_DSP

TVMK_SHARED void tvmk_depthwise_offset_dsp(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                           tvmk_depthwise_rows_t kernel, int32_t zero) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, kernel, 0, 0, 1, zero);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_offset(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                               uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_offset_dsp(l, in, out, scratch, 0, zero);
}
/* General output form. */
TVMK_SHARED void tvmk_depthwise_conv_2d_offset_general(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                       uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_dsp_as(l, in, out, scratch, 0, 0, 1, 1, zero);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                   uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_offset_dsp(l, in, out, scratch, tvmk_dsp_rows_3x3, zero);
}
TVMK_INLINE void tvmk_depthwise_conv_2d_offset_3x3_stride2(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out,
                                                           uint8_t *scratch, int32_t zero) {
    tvmk_depthwise_offset_dsp(l, in, out, scratch, tvmk_dsp_rows_3x3_stride2, zero);
}

#endif

#endif
