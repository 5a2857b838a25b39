/* DIV: quotient of two float32 tensors. */
#ifndef TVMK_DIV_FLOAT_H
#define TVMK_DIV_FLOAT_H

#include "broadcast.h"
#include "float_base.h"

TVMK_SHARED void tvmk_float_div(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out, float low,
                                float high) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_float_clamp(x / y, low, high))
}

#endif
