/* BATCH_MATMUL of a matrix of float32 and constant ones of int8: each row of the first is quantised by the run. Nothing may overlap. */
#ifndef TVMK_BATCH_MATMUL_HYBRID_H
#define TVMK_BATCH_MATMUL_HYBRID_H

#include "hybrid.h"

/* Scratch memory: a quantised row, and the row itself if its elements are apart. */
#define TVMK_HYBRID_MATRIX_SCRATCH(depth, apart) (((depth) + 3) / 4 * 4 + (apart)*4 * (depth))

typedef struct {
    tvmk_hybrid_t to;
    tvmk_unit_rows_t columns; /* those of a matrix begin with a multiple of four */
    int32_t rows, units;
    int32_t row_step, element_step; /* elements from a row to the next, and along a row */
} tvmk_hybrid_matrix_t;

/* The product with the constant matrix of this number. */
TVMK_SHARED void tvmk_hybrid_matrix(const tvmk_hybrid_matrix_t *l, const float *in, int32_t matrix, float *out,
                                    uint8_t *scratch) {
    int32_t depth = l->columns.inputs, padded = (l->units + 3) / 4 * 4;
    int8_t *x = (int8_t *)(void *)scratch;
    float *together = (float *)(void *)(scratch + (depth + 3) / 4 * 4);
    for (int32_t i = 0; i < l->rows; i++, in += l->row_step, out += l->units) {
        const float *row = in;
        if (l->element_step != 1) {
            for (int32_t k = 0; k < depth; k++) {
                together[k] = in[k * l->element_step];
            }
            row = together;
        }
        tvmk_hybrid_input_t input = tvmk_hybrid_quantise(&l->to, row, x, depth);
        tvmk_hybrid_channels(&l->to, &l->columns, &input, x, matrix * padded, matrix * l->units, l->units, NULL, out);
    }
}

#endif
