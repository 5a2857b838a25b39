/* SOFTMAX from int8 to int8 with scale 1/256 and zero point −128, or to int16 with scale 1/65536 and zero point −32768.
 *
 * exp(difference to the row's largest input) is a function of one of 256 differences: a table made by the compiler with
 * gemmlowp's exp_on_negative_values, as far as the reference looks (`entries`, smaller differences count as zero).
 */
#ifndef TVMK_SOFTMAX_H
#define TVMK_SOFTMAX_H

#include "fixed_point.h"

typedef struct {
    const int32_t *exponentials; /* [−difference], Q0.31 */
    int32_t entries;
    int32_t rows, depth;
} tvmk_softmax_t;

TVMK_INLINE void tvmk_softmax_rows(const tvmk_softmax_t *l, const int8_t *in, int8_t *out8, int16_t *out16, int32_t bits) {
    int32_t lowest = -(INT32_C(1) << (bits - 1));
    for (int32_t r = 0; r < l->rows; r++, in += l->depth) {
        int32_t largest = -128;
        int32_t sum = 0; /* Q12.19 */
        for (int32_t i = 0; i < l->depth; i++) {
            largest = tvmk_max(largest, in[i]);
        }
        for (int32_t i = 0; i < l->depth; i++) {
            int32_t below = largest - in[i];
            if (below < l->entries) {
                sum += tvmk_divide_by_pot(l->exponentials[below], 12);
            }
        }
        /* exp(0) alone is 1, in Q12.19. Less is from constants that are not there, such as erased flash; the row is defined, too. */
        sum = tvmk_max(sum, INT32_C(1) << 19);
        int32_t zeros = tvmk_zeros(sum);
        int32_t scale = tvmk_one_over_one_plus((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
        int32_t shift = 12 - zeros + 31 - bits;
        for (int32_t i = 0; i < l->depth; i++) {
            int32_t below = largest - in[i];
            int32_t y = lowest;
            /* A shift by more than 31 gives 0: sums of 512 and more. */
            if (below < l->entries && shift <= 31) {
                y += tvmk_divide_by_pot(tvmk_high_mul(scale, l->exponentials[below]), shift);
            }
            y = tvmk_min(y, -lowest - 1);
            if (bits == 8) {
                *out8++ = (int8_t)y;
            } else {
                *out16++ = (int16_t)y;
            }
        }
    }
}

TVMK_SHARED void tvmk_softmax(const tvmk_softmax_t *l, const int8_t *in, int8_t *out) { tvmk_softmax_rows(l, in, out, 0, 8); }

TVMK_SHARED void tvmk_softmax_int16(const tvmk_softmax_t *l, const int8_t *in, int16_t *out) {
    tvmk_softmax_rows(l, in, 0, out, 16);
}

#endif
