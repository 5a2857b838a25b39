/* The step of SVDF's state with MVE. */
#ifndef TVMK_SVDF_MVE_H
#define TVMK_SVDF_MVE_H

#include "base.h"

#if TVMK_MVE

/* A vector is stored one element before its source, so the next vector is read before it is overwritten. */
TVMK_INLINE int32_t tvmk_svdf_moved_int8(int8_t *state, const int8_t *time, int32_t last, int32_t sum) {
    for (int32_t j = 0; j < last; j += 16) {
        mve_pred16_t p = vctp8q((uint32_t)(last - j));
        int8x16_t s = vldrbq_z_s8(state + j + 1, p);
        sum = vmladavaq_p_s8(sum, s, vldrbq_z_s8(time + j, p), p);
        vstrbq_p_s8(state + j, s, p);
    }
    return sum;
}
TVMK_INLINE int32_t tvmk_svdf_moved_int16(int16_t *state, const int16_t *time, int32_t last, int32_t sum) {
    for (int32_t j = 0; j < last; j += 8) {
        mve_pred16_t p = vctp16q((uint32_t)(last - j));
        int16x8_t s = vldrhq_z_s16(state + j + 1, p);
        sum = vmladavaq_p_s16(sum, s, vldrhq_z_s16(time + j, p), p);
        vstrhq_p_s16(state + j, s, p);
    }
    return sum;
}

#endif

#endif
