/* CUMSUM on float32. Nothing may overlap. */
#ifndef TVMK_CUMSUM_FLOAT_H
#define TVMK_CUMSUM_FLOAT_H

#include "cumsum.h"
#include "float_base.h"

TVMK_SHARED void tvmk_cumsum_float(const tvmk_cumsum_t *l, const float *in, float *out) {
    for (int32_t row = 0; row < l->rows; row++) {
        for (int32_t column = 0; column < l->step; column++) {
            int32_t step;
            int32_t i = tvmk_cumsum_start(l, row, column, &step);
            float sum = 0.0f;
            for (int32_t n = 0; n < l->length; n++, i += step) {
                float before = sum;
                sum = tvmk_exact(sum + in[i]);
                out[i] = tvmk_float_result(l->exclusive ? before : sum);
            }
        }
    }
}

#endif
