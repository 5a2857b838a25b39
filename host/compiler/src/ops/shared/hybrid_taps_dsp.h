/* The functions of hybrid_taps.h with the DSP extension: four channels at a time. */
#ifndef TVMK_HYBRID_TAPS_DSP_H
#define TVMK_HYBRID_TAPS_DSP_H

#include "base.h"

#if TVMK_DSP

/* Two halfwords less two others. */
TVMK_INLINE int32_t tvmk_hybrid_subtract2(int32_t a, int32_t b) {
    int32_t r;
    __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

TVMK_INLINE void tvmk_hybrid_tap(const int8_t *x, const int8_t *w, int32_t count, int32_t offset, int32_t *sums) {
    int32_t both = (int32_t)((uint32_t)offset << 16 | ((uint32_t)offset & 0xFFFFu));
    for (; count >= 4; count -= 4, x += 4, w += 4, sums += 4) {
        uint32_t values = tvmk_load4(x), weights = tvmk_load4(w);
        int32_t even = tvmk_hybrid_subtract2(tvmk_widen_even(values), both), even_weights = tvmk_widen_even(weights);
        int32_t odd = tvmk_hybrid_subtract2(tvmk_widen_odd(values), both), odd_weights = tvmk_widen_odd(weights);
        sums[0] = tvmk_mla_low(even, even_weights, sums[0]);
        sums[1] = tvmk_mla_low(odd, odd_weights, sums[1]);
        sums[2] = tvmk_mla_high(even, even_weights, sums[2]);
        sums[3] = tvmk_mla_high(odd, odd_weights, sums[3]);
    }
    for (int32_t i = 0; i < count; i++) {
        sums[i] += (x[i] - offset) * w[i];
    }
}

#endif

#endif
