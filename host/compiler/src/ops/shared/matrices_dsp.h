/* Products of two matrices computed at run time, with the DSP extension: tiles hold pairs of elements, two words of a column for each four.
 * 15 instructions for 16 multiplications of int8, 7 for 8 of int16. */
#ifndef TVMK_MATRICES_DSP_H
#define TVMK_MATRICES_DSP_H

#include "matrices_portable.h"

#if TVMK_DSP

typedef int32_t tvmk_matrices_tile_t;

/* Differences of both halves. */
TVMK_INLINE int32_t tvmk_sub2(int32_t a, int32_t b) {
    int32_t r;
    __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b) : "cc");
    return r;
}
/* The low halves of two words, the high ones. */
TVMK_INLINE int32_t tvmk_lows(int32_t a, int32_t b) {
    int32_t r;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
}
TVMK_INLINE int32_t tvmk_highs(int32_t a, int32_t b) {
    int32_t r;
    __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
}
TVMK_INLINE int64_t tvmk_mlal2(int32_t a, int32_t b, int64_t acc) {
    __asm__("smlald %Q0, %R0, %1, %2" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
}

#define TVMK_ONES INT32_C(0x00010001)

/* Two words of elements 0, 2 and 1, 3 to a column of the tile, less the zero point; returns the new sum of the column. */
TVMK_INLINE int32_t tvmk_matrices_put(int32_t *t, int32_t even, int32_t odd, int32_t zeros, int32_t sum) {
    t[0] = tvmk_sub2(even, zeros);
    t[1] = tvmk_sub2(odd, zeros);
    return tvmk_mla2(t[1], TVMK_ONES, tvmk_mla2(t[0], TVMK_ONES, sum));
}

/* Elements from k on of one column, one by one. Those after the last are 0. */
TVMK_INLINE int32_t tvmk_matrices_gather_some(const tvmk_matrices_t *l, const int8_t *y, int32_t k, int32_t *t, int32_t sum) {
    for (; k < l->depth; k += 4, t += 2 * TVMK_MATRICES_TILE) {
        int32_t v[4] = {0, 0, 0, 0};
        for (int32_t i = 0; i < 4 && k + i < l->depth; i++) {
            v[i] = y[(k + i) * l->depth_step] - l->column_zero;
            sum += v[i];
        }
        t[0] = tvmk_lows(v[0], v[2]);
        t[1] = tvmk_lows(v[1], v[3]);
    }
    return sum;
}

/* A tile of columns less the zero point: for each four elements a column has two words, 0, 2 and 1, 3. */
TVMK_SHARED void tvmk_matrices_gather(const tvmk_matrices_t *l, const int8_t *columns, int32_t n, int32_t *tile,
                                      int32_t *sums) {
    int32_t zeros = tvmk_lows(l->column_zero, l->column_zero), whole = 0;
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        sums[c] = 0;
    }
    if (l->column_step == 1 && n == TVMK_MATRICES_TILE) {
        const int8_t *y = columns;
        for (int32_t *t = tile; whole + 4 <= l->depth; whole += 4, t += 8) {
            int32_t even[4], odd[4];
            for (int32_t i = 0; i < 4; i++, y += l->depth_step) {
                uint32_t w = tvmk_load4(y);
                even[i] = tvmk_widen_even(w);
                odd[i] = tvmk_widen_odd(w);
            }
            sums[0] = tvmk_matrices_put(t, tvmk_lows(even[0], even[2]), tvmk_lows(even[1], even[3]), zeros, sums[0]);
            sums[1] = tvmk_matrices_put(t + 2, tvmk_lows(odd[0], odd[2]), tvmk_lows(odd[1], odd[3]), zeros, sums[1]);
            sums[2] = tvmk_matrices_put(t + 4, tvmk_highs(even[0], even[2]), tvmk_highs(even[1], even[3]), zeros, sums[2]);
            sums[3] = tvmk_matrices_put(t + 6, tvmk_highs(odd[0], odd[2]), tvmk_highs(odd[1], odd[3]), zeros, sums[3]);
        }
    }
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        const int8_t *y = columns + tvmk_matrices_column(l, c, n);
        int32_t k = whole, sum = sums[c];
        for (; l->depth_step == 1 && k + 4 <= l->depth; k += 4) {
            uint32_t w = tvmk_load4(y + k);
            sum = tvmk_matrices_put(tile + 2 * k + 2 * c, tvmk_widen_even(w), tvmk_widen_odd(w), zeros, sum);
        }
        sums[c] = tvmk_matrices_gather_some(l, y, k, tile + 2 * k + 2 * c, sum);
    }
}

/* A row times the four columns of a tile. */
TVMK_INLINE void tvmk_matrices_products(const tvmk_matrices_t *l, const int8_t *x, const int32_t *tile, int32_t *sums) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    const int32_t *end = tile + 2 * (l->depth & ~3);
    for (; tile != end; x += 4, tile += 8) {
        uint32_t w = tvmk_load4(x);
        int32_t even = tvmk_widen_even(w), odd = tvmk_widen_odd(w);
        a = tvmk_mla2(odd, tile[1], tvmk_mla2(even, tile[0], a));
        b = tvmk_mla2(odd, tile[3], tvmk_mla2(even, tile[2], b));
        c = tvmk_mla2(odd, tile[5], tvmk_mla2(even, tile[4], c));
        d = tvmk_mla2(odd, tile[7], tvmk_mla2(even, tile[6], d));
    }
    int32_t left = l->depth & 3;
    if (left > 0) {
        int32_t even = left > 2 ? tvmk_lows(x[0], x[2]) : x[0], odd = left > 1 ? x[1] : 0;
        /* Upper halves with sign bits are multiplied by 0. */
        a = tvmk_mla2(odd, tile[1], tvmk_mla2(even, tile[0], a));
        b = tvmk_mla2(odd, tile[3], tvmk_mla2(even, tile[2], b));
        c = tvmk_mla2(odd, tile[5], tvmk_mla2(even, tile[4], c));
        d = tvmk_mla2(odd, tile[7], tvmk_mla2(even, tile[6], d));
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* On int16: a word of two elements for each column. */
TVMK_INLINE void tvmk_matrices_gather_int16(const tvmk_matrices_t *l, const void *columns, int32_t n, int32_t *tile,
                                            int bytes) {
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        int32_t place = tvmk_matrices_column(l, c, n), step = l->depth_step, *t = tile + c;
        for (int32_t k = 0; k < l->depth; k += 2, place += 2 * step, t += TVMK_MATRICES_TILE) {
            int32_t next = k + 1 < l->depth ? place + step : place;
            int32_t first = bytes ? ((const int8_t *)columns)[place] : ((const int16_t *)columns)[place];
            int32_t second = bytes ? ((const int8_t *)columns)[next] : ((const int16_t *)columns)[next];
            *t = k + 1 < l->depth ? tvmk_lows(first, second) : first & 0xFFFF;
        }
    }
}

TVMK_INLINE void tvmk_matrices_products_int16(const tvmk_matrices_t *l, const int16_t *x, const int32_t *tile, int64_t *sums) {
    int64_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t k = l->depth; k > 0; k -= 2, x += 2, tile += TVMK_MATRICES_TILE) {
        int32_t pair = k > 1 ? tvmk_load_pair(x) : *x;
        a = tvmk_mlal2(pair, tile[0], a);
        b = tvmk_mlal2(pair, tile[1], b);
        c = tvmk_mlal2(pair, tile[2], c);
        d = tvmk_mlal2(pair, tile[3], d);
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif

#endif
