/* ADD_N: sum of float32 tensors, first to last. An output may overwrite any of the inputs. */
#ifndef TVMK_ADD_N_FLOAT_H
#define TVMK_ADD_N_FLOAT_H

#include "float_base.h"

TVMK_SHARED void tvmk_add_n_float(const float *const *in, int32_t inputs, float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        float sum = 0.0f;
        for (int32_t k = 0; k < inputs; k++) {
            sum = tvmk_exact(sum + in[k][i]);
        }
        out[i] = tvmk_float_result(sum);
    }
}

#endif
