/* The step of SVDF's state with the DSP extension. */
#ifndef TVMK_SVDF_DSP_H
#define TVMK_SVDF_DSP_H

#include "svdf_portable.h"

#if TVMK_DSP

/* A word is stored one element before its source, so the next word is read before it is overwritten. */
TVMK_INLINE int32_t tvmk_svdf_moved_int8(int8_t *state, const int8_t *time, int32_t last, int32_t sum) {
    int32_t j = 0;
#ifdef __ARM_FEATURE_UNALIGNED
    for (; j + 4 <= last; j += 4) {
        uint32_t s = tvmk_load4(state + j + 1), w = tvmk_load4(time + j);
        memcpy(state + j, &s, 4);
        sum = tvmk_mla2(tvmk_widen_even(s), tvmk_widen_even(w), sum);
        sum = tvmk_mla2(tvmk_widen_odd(s), tvmk_widen_odd(w), sum);
    }
#endif
    return tvmk_svdf_slots_int8(state, time, j, last, sum);
}
TVMK_INLINE int32_t tvmk_svdf_moved_int16(int16_t *state, const int16_t *time, int32_t last, int32_t sum) {
    int32_t j = 0;
#ifdef __ARM_FEATURE_UNALIGNED
    for (; j + 2 <= last; j += 2) {
        int32_t s, w;
        memcpy(&s, state + j + 1, 4);
        memcpy(&w, time + j, 4);
        memcpy(state + j, &s, 4);
        sum = tvmk_mla2(s, w, sum);
    }
#endif
    return tvmk_svdf_slots_int16(state, time, j, last, sum);
}

#endif

#endif
