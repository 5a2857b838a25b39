/* Sums of rows of weights in portable C; the rows. */
#ifndef TVMK_UNIT_SUMS_PORTABLE_H
#define TVMK_UNIT_SUMS_PORTABLE_H

#include "base.h"

/* Rows of weights for `tvmk_unit_sums`: as in the file; with TVMK_DSP int16_t, packed, unless `packed` is 0. */
typedef struct {
    const void *weights;
    int32_t inputs;
    int32_t packed;
    const int32_t *raised; /* row and input of each weight that is larger by one in the packed form */
    int32_t raised_count;
} tvmk_unit_rows_t;

#if !TVMK_MVE

/* Four rows a pass. */
TVMK_INLINE void tvmk_unit_sums_four(const int8_t *x, const int8_t *w0, int32_t inputs, int32_t *sums) {
    const int8_t *w1 = w0 + inputs, *w2 = w1 + inputs, *w3 = w2 + inputs;
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    for (int32_t i = 0; i < inputs; i++) {
        int32_t v = x[i];
        a0 += w0[i] * v;
        a1 += w1[i] * v;
        a2 += w2[i] * v;
        a3 += w3[i] * v;
    }
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = a3;
}

#endif

#if !TVMK_DSP

/* No rows are packed. */
TVMK_INLINE int tvmk_unit_sums_packed(const tvmk_unit_rows_t *l, int32_t first, int32_t count, const int8_t *x, int32_t *sums) {
    (void)l, (void)first, (void)count, (void)x, (void)sums;
    return 0;
}

#endif

#endif
