/* The step of SVDF's state in portable C. */
#ifndef TVMK_SVDF_PORTABLE_H
#define TVMK_SVDF_PORTABLE_H

#include "base.h"

/* Slots from `j` to `last` get the contents of the next one; the products with the weights are added to `sum`. */
TVMK_INLINE int32_t tvmk_svdf_slots_int8(int8_t *state, const int8_t *time, int32_t j, int32_t last, int32_t sum) {
    for (; j < last; j++) {
        int32_t s = state[j + 1];
        state[j] = (int8_t)s;
        sum += s * time[j];
    }
    return sum;
}
TVMK_INLINE int32_t tvmk_svdf_slots_int16(int16_t *state, const int16_t *time, int32_t j, int32_t last, int32_t sum) {
    for (; j < last; j++) {
        int32_t s = state[j + 1];
        state[j] = (int16_t)s;
        sum += s * time[j];
    }
    return sum;
}

#if !TVMK_DSP && !TVMK_MVE

TVMK_INLINE int32_t tvmk_svdf_moved_int8(int8_t *state, const int8_t *time, int32_t last, int32_t sum) {
    return tvmk_svdf_slots_int8(state, time, 0, last, sum);
}
TVMK_INLINE int32_t tvmk_svdf_moved_int16(int16_t *state, const int16_t *time, int32_t last, int32_t sum) {
    return tvmk_svdf_slots_int16(state, time, 0, last, sum);
}

#endif

#endif
