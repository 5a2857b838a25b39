/* Products of two matrices computed at run time on float32, sums in the order of the reference. Output must not overlap the inputs. */
#ifndef TVMK_FLOAT_MATRICES_H
#define TVMK_FLOAT_MATRICES_H

#include "float_base.h"

typedef struct {
    int32_t rows, columns, depth;
    int32_t row_step, row_depth_step; /* elements from a row to the next, and along a row */
    int32_t column_step, depth_step;  /* the same of columns */
} tvmk_float_matrices_t;

/* One row times n columns, 1 or 4. */
TVMK_INLINE void tvmk_float_row(const tvmk_float_matrices_t *l, const float *x, const float *y, float *out, int n) {
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int32_t k = 0; k < l->depth; k++, x += l->row_depth_step, y += l->depth_step) {
        for (int c = 0; c < n; c++) {
            sums[c] = tvmk_exact(sums[c] + tvmk_exact(*x * y[c * l->column_step]));
        }
    }
    for (int c = 0; c < n; c++) {
        out[c] = tvmk_float_result(sums[c]);
    }
}

TVMK_SHARED void tvmk_float_matrices(const tvmk_float_matrices_t *l, const float *rows, const float *columns, float *out) {
    for (int32_t i = 0; i < l->rows; i++, rows += l->row_step, out += l->columns) {
        int32_t j = 0;
        for (; j + 4 <= l->columns; j += 4) {
            tvmk_float_row(l, rows, columns + j * l->column_step, out + j, 4);
        }
        for (; j < l->columns; j++) {
            tvmk_float_row(l, rows, columns + j * l->column_step, out + j, 1);
        }
    }
}

#endif
