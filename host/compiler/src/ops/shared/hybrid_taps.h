/* Products of one element of each channel's window with its weight, for DEPTHWISE_CONV_2D of hybrid_weighted.h. */
#ifndef TVMK_HYBRID_TAPS_H
#define TVMK_HYBRID_TAPS_H

#include "hybrid_taps_dsp.h"
#include "hybrid_taps_mve.h"

#if !TVMK_DSP && !TVMK_MVE

/* Adds those of `count` channels to their sums. */
TVMK_INLINE void tvmk_hybrid_tap(const int8_t *x, const int8_t *w, int32_t count, int32_t offset, int32_t *sums) {
    for (int32_t i = 0; i < count; i++) {
        sums[i] += (x[i] - offset) * w[i];
    }
}

#endif

#endif
