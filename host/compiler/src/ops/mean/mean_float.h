/* MEAN and SUM over any dimensions of a float32 tensor. */
#ifndef TVMK_MEAN_FLOAT_H
#define TVMK_MEAN_FLOAT_H

#include "float_base.h"
#include "reduce.h"

TVMK_SHARED void tvmk_float_mean(const tvmk_reduce_t *s, const float *in, float *out, float count) {
    TVMK_REDUCE_LOOPS(s, float, in, out, float, 0.0f, value = tvmk_exact(value + *p), tvmk_float_result(value / count))
}

TVMK_SHARED void tvmk_float_sum(const tvmk_reduce_t *s, const float *in, float *out) {
    TVMK_REDUCE_LOOPS(s, float, in, out, float, 0.0f, value = tvmk_exact(value + *p), tvmk_float_result(value))
}

#endif
