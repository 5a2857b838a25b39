/* PRELU on float32: elements below 0 are multiplied by alpha. */
#ifndef TVMK_PRELU_FLOAT_H
#define TVMK_PRELU_FLOAT_H

#include "broadcast.h"
#include "float_base.h"

TVMK_SHARED void tvmk_prelu_float(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_exact(x) >= 0.0f ? x : tvmk_float_result(x * y))
}

#endif
