/* Products of two matrices computed at run time: BATCH_MATMUL, and FULLY_CONNECTED with computed weights. Output must not overlap the
 * inputs. Scratch: a tile of columns, TVMK_MATRICES_SCRATCH bytes. */
#ifndef TVMK_MATRICES_H
#define TVMK_MATRICES_H

#include "matrices_portable.h"
#include "matrices_dsp.h"
#include "matrices_mve.h"

#define TVMK_MATRICES_SCRATCH(depth) (8 * (((depth) + 7) / 8 * 8))

/* Rows and columns of one element each exchanged: [columns][rows] to [rows][columns]. */
TVMK_SHARED void tvmk_turn(const int8_t *in, int8_t *out, int32_t rows, int32_t columns) {
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            *out++ = in[c * rows + r];
        }
    }
}
TVMK_SHARED void tvmk_turn_int16(const int16_t *in, int16_t *out, int32_t rows, int32_t columns) {
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            *out++ = in[c * rows + r];
        }
    }
}

/* On int8, with a bias for each column or none; a column may have a factor of its own. */
TVMK_SHARED void tvmk_matrices(const tvmk_matrices_t *l, const int8_t *rows, const int8_t *columns, const int32_t *bias,
                               int8_t *out, void *scratch) {
    tvmk_matrices_tile_t *tile = (tvmk_matrices_tile_t *)scratch;
    for (int32_t j = 0; j < l->columns; j += TVMK_MATRICES_TILE) {
        int32_t n = tvmk_min(l->columns - j, TVMK_MATRICES_TILE);
        int32_t add[TVMK_MATRICES_TILE], sums[TVMK_MATRICES_TILE];
        tvmk_matrices_scaling_t scaling;
        tvmk_matrices_scaling(l, j, n, &scaling);
        tvmk_matrices_gather(l, columns + j * l->column_step, n, tile, add);
        for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
            uint32_t b = bias ? (uint32_t)bias[j + tvmk_min(c, n - 1)] : 0u;
            add[c] = (int32_t)(b - (uint32_t)l->row_zero * (uint32_t)add[c]);
        }
        const int8_t *x = rows;
        int8_t *y = out + j * l->out_column;
        for (int32_t i = l->rows; i > 0; i--, x += l->depth, y += l->out_row) {
            tvmk_matrices_products(l, x, tile, sums);
            tvmk_matrices_finish(l, sums, add, &scaling, n, y);
        }
    }
}

/* A sum with the bias of its column, as an output; `bits` is the width of the biases. */
TVMK_INLINE int16_t tvmk_matrices_biased(const tvmk_matrices_t *l, int64_t sum, const void *bias, int32_t column,
                                         int32_t mantissa, int32_t shift, int bits) {
    if (bits == 32) {
        uint32_t add = bias ? (uint32_t)((const int32_t *)bias)[column] : 0u;
        return (int16_t)tvmk_clamp(tvmk_multiply((int32_t)((uint32_t)sum + add), mantissa, shift), l->low, l->high);
    }
    int64_t add = !bias ? 0 : bits == 16 ? ((const int16_t *)bias)[column] : ((const int64_t *)bias)[column];
    return tvmk_matrices_one_int16(l, (int64_t)((uint64_t)sum + (uint64_t)add), mantissa, shift);
}

TVMK_INLINE void tvmk_matrices_as_int16(const tvmk_matrices_t *l, const int16_t *rows, const void *columns, const void *bias,
                                        int16_t *out, void *scratch, int bytes, int bits) {
    tvmk_matrices_tile_t *tile = (tvmk_matrices_tile_t *)scratch;
    const int8_t *from = (const int8_t *)columns;
    for (int32_t j = 0; j < l->columns; j += TVMK_MATRICES_TILE) {
        int32_t n = tvmk_min(l->columns - j, TVMK_MATRICES_TILE);
        int64_t sums[TVMK_MATRICES_TILE];
        tvmk_matrices_scaling_t s;
        tvmk_matrices_scaling(l, j, n, &s);
        tvmk_matrices_gather_int16(l, from + (bytes ? 1 : 2) * j * l->column_step, n, tile, bytes);
        const int16_t *x = rows;
        int16_t *y = out + j * l->out_column;
        for (int32_t i = l->rows; i > 0; i--, x += l->depth, y += l->out_row) {
            tvmk_matrices_products_int16(l, x, tile, sums);
            for (int32_t c = 0; c < n; c++) {
                y[c * l->out_column] = tvmk_matrices_biased(l, sums[c], bias, j + c, s.mantissa[c], s.shift[c], bits);
            }
        }
    }
}

/* On int16, columns of int16 or of int8, with a bias for each column or none. Factors have 15 bits and a shift to the right, except
 * with biases of 32 bits: then sums have 32 bits and factors are as for int8. */
TVMK_SHARED void tvmk_matrices_int16(const tvmk_matrices_t *l, const int16_t *rows, const int16_t *columns, const int64_t *bias,
                                     int16_t *out, void *scratch) {
    tvmk_matrices_as_int16(l, rows, columns, bias, out, scratch, 0, 64);
}
TVMK_SHARED void tvmk_matrices_int16x8(const tvmk_matrices_t *l, const int16_t *rows, const int8_t *columns,
                                       const int64_t *bias, int16_t *out, void *scratch) {
    tvmk_matrices_as_int16(l, rows, columns, bias, out, scratch, 1, 64);
}
TVMK_SHARED void tvmk_matrices_int16x8_bias32(const tvmk_matrices_t *l, const int16_t *rows, const int8_t *columns,
                                              const int32_t *bias, int16_t *out, void *scratch) {
    tvmk_matrices_as_int16(l, rows, columns, bias, out, scratch, 1, 32);
}
TVMK_SHARED void tvmk_matrices_int16x8_bias16(const tvmk_matrices_t *l, const int16_t *rows, const int8_t *columns,
                                              const int16_t *bias, int16_t *out, void *scratch) {
    tvmk_matrices_as_int16(l, rows, columns, bias, out, scratch, 1, 16);
}

#endif
