/* MAXIMUM and MINIMUM of two float32 tensors. If one of two is NaN, the result is the second. */
#ifndef TVMK_MAXIMUM_MINIMUM_FLOAT_H
#define TVMK_MAXIMUM_MINIMUM_FLOAT_H

#include "broadcast.h"
#include "float_base.h"

TVMK_SHARED void tvmk_maximum_float(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_exact(x) > y ? x : y)
}

TVMK_SHARED void tvmk_minimum_float(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_exact(x) < y ? x : y)
}

#endif
