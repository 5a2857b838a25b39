/* Winograd's F(2 x 2, 3 x 3) with the DSP extension: the outputs of two tiles through dsp_winograd.h. */
#ifndef TVMK_CONV_2D_WINOGRAD_DSP_H
#define TVMK_CONV_2D_WINOGRAD_DSP_H

#include "conv_2d_portable.h"
#include "dsp_winograd.h"

#if TVMK_DSP

/* 2 x 4 outputs. */
TVMK_INLINE void tvmk_conv_2d_winograd_outputs(const tvmk_conv_2d_t *l, const tvmk_winograd_t *t, int8_t *out) {
    tvmk_dsp_winograd(out, t);
    tvmk_clamp_bytes(out, 4 * t->step, l->requant.low, l->requant.high);
    tvmk_clamp_bytes(out + t->row, 4 * t->step, l->requant.low, l->requant.high);
}

#endif

#endif
