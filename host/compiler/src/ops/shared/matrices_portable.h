/* Products of two matrices computed at run time: their description, and the parts of the kernels in C. */
#ifndef TVMK_MATRICES_PORTABLE_H
#define TVMK_MATRICES_PORTABLE_H

#include "base.h"

/* Each row of the first matrix times each column of the second. Rows are contiguous, columns can have any steps. */
typedef struct {
    int32_t rows, columns, depth;
    int32_t row_zero, column_zero;   /* zero points; 0 on int16 */
    int32_t column_step, depth_step; /* elements from a column to the next, and along a column */
    int32_t out_row, out_column;     /* elements of the output from one row to the next, from one column to the next */
    int32_t mantissa, shift;         /* of the factor; on int16 15 bits and the shift to the right */
    int32_t zero_point, low, high;   /* of the output */
    const int32_t *factors;          /* mantissa and shift of each column instead of those above, or null */
} tvmk_matrices_t;

/* Number of columns that are packed, in the order in which the core multiplies, before they are multiplied by all rows. */
enum { TVMK_MATRICES_TILE = 4 };

/* Column c of a tile of n; after the last, the last again. */
TVMK_INLINE int32_t tvmk_matrices_column(const tvmk_matrices_t *l, int32_t c, int32_t n) {
    return tvmk_min(c, n - 1) * l->column_step;
}

/* How the sums of a tile of columns become outputs. */
typedef struct {
    int32_t mantissa[TVMK_MATRICES_TILE], shift[TVMK_MATRICES_TILE];
} tvmk_matrices_scaling_t;

/* The same for n columns from column j on; after the last, the last again. */
TVMK_INLINE void tvmk_matrices_scaling(const tvmk_matrices_t *l, int32_t j, int32_t n, tvmk_matrices_scaling_t *s) {
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        const int32_t *own = l->factors ? l->factors + 2 * (j + tvmk_min(c, n - 1)) : 0;
        s->mantissa[c] = own ? own[0] : l->mantissa;
        s->shift[c] = own ? own[1] : l->shift;
    }
}

/* Sums can overflow if biases computed at run time are large: they wrap, as in the reference's code. */
TVMK_INLINE int8_t tvmk_matrices_one(const tvmk_matrices_t *l, int32_t sum, int32_t mantissa, int32_t shift) {
    uint32_t y = (uint32_t)tvmk_multiply(sum, mantissa, shift) + (uint32_t)l->zero_point;
    return (int8_t)tvmk_clamp((int32_t)y, l->low, l->high);
}

TVMK_INLINE int16_t tvmk_matrices_one_int16(const tvmk_matrices_t *l, int64_t sum, int32_t mantissa, int32_t shift) {
    uint64_t product = (uint64_t)sum * (uint64_t)(int64_t)mantissa;
    int64_t y = (int64_t)(product + ((uint64_t)1 << (shift - 1))) >> shift;
    return (int16_t)tvmk_clamp((int32_t)y, l->low, l->high);
}

#if !TVMK_MVE
/* The first n of four sums to outputs. */
TVMK_INLINE void tvmk_matrices_finish(const tvmk_matrices_t *l, const int32_t *sums, const int32_t *add,
                                      const tvmk_matrices_scaling_t *s, int32_t n, int8_t *out) {
    for (int32_t c = 0; c < n; c++) {
        int32_t sum = (int32_t)((uint32_t)sums[c] + (uint32_t)add[c]);
        out[c * l->out_column] = tvmk_matrices_one(l, sum, s->mantissa[c], s->shift[c]);
    }
}
#endif

#if !TVMK_DSP && !TVMK_MVE

typedef int16_t tvmk_matrices_tile_t;

/* A tile less the zero point, as [depth][4], and the sums of its columns. */
TVMK_INLINE void tvmk_matrices_gather(const tvmk_matrices_t *l, const int8_t *columns, int32_t n, int16_t *tile,
                                      int32_t *sums) {
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        const int8_t *y = columns + tvmk_matrices_column(l, c, n);
        sums[c] = 0;
        for (int32_t k = 0; k < l->depth; k++, y += l->depth_step) {
            tile[TVMK_MATRICES_TILE * k + c] = (int16_t)(*y - l->column_zero);
            sums[c] += *y - l->column_zero;
        }
    }
}

/* A row times the four columns of a tile. */
TVMK_INLINE void tvmk_matrices_products(const tvmk_matrices_t *l, const int8_t *x, const int16_t *tile, int32_t *sums) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t k = 0; k < l->depth; k++, tile += TVMK_MATRICES_TILE) {
        int32_t v = x[k];
        a += v * tile[0];
        b += v * tile[1];
        c += v * tile[2];
        d += v * tile[3];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* The same on int16: `bytes` says that the columns are int8. */
TVMK_INLINE void tvmk_matrices_gather_int16(const tvmk_matrices_t *l, const void *columns, int32_t n, int16_t *tile,
                                            int bytes) {
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        int32_t place = tvmk_matrices_column(l, c, n);
        for (int32_t k = 0; k < l->depth; k++, place += l->depth_step) {
            tile[TVMK_MATRICES_TILE * k + c] = bytes ? ((const int8_t *)columns)[place] : ((const int16_t *)columns)[place];
        }
    }
}

TVMK_INLINE void tvmk_matrices_products_int16(const tvmk_matrices_t *l, const int16_t *x, const int16_t *tile, int64_t *sums) {
    int64_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t k = 0; k < l->depth; k++, tile += TVMK_MATRICES_TILE) {
        int32_t v = x[k];
        a += v * tile[0];
        b += v * tile[1];
        c += v * tile[2];
        d += v * tile[3];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif

#endif
