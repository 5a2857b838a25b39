/* MEAN over any dimensions of a float32 tensor. */
#ifndef TVMK_MEAN_FLOAT_H
#define TVMK_MEAN_FLOAT_H

#include "float_base.h"
#include "mean.h"

TVMK_SHARED void tvmk_float_mean(const tvmk_mean_loops_t *s, const float *in, float *out, float count) {
    TVMK_MEAN_LOOPS(s, float, in, out, float, sum = tvmk_exact(sum + *p), tvmk_float_result(sum / count))
}

#endif
