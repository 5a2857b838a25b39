/* Products of int16 and int8 with MVE: eight an instruction. */
#ifndef TVMK_WEIGHTED_INT16_MVE_H
#define TVMK_WEIGHTED_INT16_MVE_H

#include "weighted_int16_portable.h"

#if TVMK_MVE

/* The products of n elements of one or two columns with two channels: sums[0], [1] of the first column. */
TVMK_INLINE void tvmk_int16_products(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                     int32_t *sums, int two) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (; n > 0; n -= 8, w0 += 8, w1 += 8, x0 += 8, x1 += 8) {
        mve_pred16_t p = vctp16q((uint32_t)n);
        int16x8_t first = vldrbq_z_s16(w0, p), second = vldrbq_z_s16(w1, p), x = vldrhq_z_s16(x0, p);
        a = vmladavaq_s16(a, x, first);
        b = vmladavaq_s16(b, x, second);
        if (two) {
            x = vldrhq_z_s16(x1, p);
            c = vmladavaq_s16(c, x, first);
            d = vmladavaq_s16(d, x, second);
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif

#endif
