/* SQUARED_DIFFERENCE of float32. */
#ifndef TVMK_SQUARED_DIFFERENCE_FLOAT_H
#define TVMK_SQUARED_DIFFERENCE_FLOAT_H

#include "broadcast.h"
#include "float_base.h"

TVMK_INLINE float tvmk_squared_difference_float_one(float x, float y) {
    float difference = tvmk_exact(x - y);
    return tvmk_float_result(difference * difference);
}

TVMK_SHARED void tvmk_squared_difference_float(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_squared_difference_float_one(x, y))
}

#endif
