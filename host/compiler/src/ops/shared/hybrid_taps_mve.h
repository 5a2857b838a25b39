/* The functions of hybrid_taps.h with MVE: four channels at a time. */
#ifndef TVMK_HYBRID_TAPS_MVE_H
#define TVMK_HYBRID_TAPS_MVE_H

#include "base.h"

#if TVMK_MVE

/* There is room for a multiple of four sums. */
TVMK_INLINE void tvmk_hybrid_tap(const int8_t *x, const int8_t *w, int32_t count, int32_t offset, int32_t *sums) {
    for (; count > 0; count -= 4, x += 4, w += 4, sums += 4) {
        mve_pred16_t some = vctp32q((uint32_t)count);
        int32x4_t values = vsubq_n_s32(vldrbq_z_s32(x, some), offset);
        vstrwq_s32(sums, vaddq_s32(vldrwq_s32(sums), vmulq_s32(values, vldrbq_z_s32(w, some))));
    }
}

#endif

#endif
