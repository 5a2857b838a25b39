/* Products of int16 and int8 with the DSP extension: two an instruction. */
#ifndef TVMK_WEIGHTED_INT16_DSP_H
#define TVMK_WEIGHTED_INT16_DSP_H

#include "weighted_int16_portable.h"

#if TVMK_DSP

/* x · factor / 2^32, halves up. */
TVMK_INLINE int32_t tvmk_int16_scale(int32_t x, int32_t factor) {
    int32_t y;
    __asm__("smmulr %0, %1, %2" : "=r"(y) : "r"(x), "r"(factor));
    return y;
}

/* The products of four neighbouring elements with four weights, each added to a sum of its own. */
TVMK_INLINE void tvmk_int16_four_taps(const int16_t *x, const int8_t *w, int32_t *sums) {
    uint32_t word = tvmk_load4(w);
    int32_t even = tvmk_widen_even(word), odd = tvmk_widen_odd(word);
    int32_t low = tvmk_load_pair(x), high = tvmk_load_pair(x + 2);
    sums[0] = tvmk_mla_low(low, even, sums[0]);
    __asm__("smlatb %0, %1, %2, %0" : "+r"(sums[1]) : "r"(low), "r"(odd));
    __asm__("smlabt %0, %1, %2, %0" : "+r"(sums[2]) : "r"(high), "r"(even));
    sums[3] = tvmk_mla_high(high, odd, sums[3]);
}

/* The products of n elements of one or two columns with two channels: sums[0], [1] of the first column. Of each four weights the
 * order is 0 2 1 3. */
TVMK_INLINE void tvmk_int16_products(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                     int32_t *sums, int two) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (; n >= 4; n -= 4, w0 += 4, w1 += 4, x0 += 4, x1 += 4) {
        uint32_t first = tvmk_load4(w0), second = tvmk_load4(w1);
        int32_t even0 = tvmk_widen_even(first), even1 = tvmk_widen_even(second);
        int32_t odd0 = tvmk_widen_odd(first), odd1 = tvmk_widen_odd(second);
        int32_t x = tvmk_load_pair(x0), y = tvmk_load_pair(x0 + 2);
        a = tvmk_mla2(y, odd0, tvmk_mla2(x, even0, a));
        b = tvmk_mla2(y, odd1, tvmk_mla2(x, even1, b));
        if (two) {
            x = tvmk_load_pair(x1);
            y = tvmk_load_pair(x1 + 2);
            c = tvmk_mla2(y, odd0, tvmk_mla2(x, even0, c));
            d = tvmk_mla2(y, odd1, tvmk_mla2(x, even1, d));
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
    tvmk_int16_add_products(w0, w1, x0, x1, n, sums, two);
}

#endif

#endif
