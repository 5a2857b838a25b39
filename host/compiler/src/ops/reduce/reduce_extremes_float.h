/* REDUCE_MAX and REDUCE_MIN over any dimensions of float32. NaN does not count; if nothing counts, or all
 * elements are infinite on that side, the result is the lowest or the highest finite number. */
#ifndef TVMK_REDUCE_EXTREMES_FLOAT_H
#define TVMK_REDUCE_EXTREMES_FLOAT_H

#include "float_base.h"
#include "reduce.h"

TVMK_SHARED void tvmk_reduce_max_float(const tvmk_reduce_t *s, const float *in, float *out) {
    TVMK_REDUCE_LOOPS(s, float, in, out, float, -FLT_MAX, value = tvmk_exact(*p) > value ? *p : value, value)
}

TVMK_SHARED void tvmk_reduce_min_float(const tvmk_reduce_t *s, const float *in, float *out) {
    TVMK_REDUCE_LOOPS(s, float, in, out, float, FLT_MAX, value = tvmk_exact(*p) < value ? *p : value, value)
}

#endif
