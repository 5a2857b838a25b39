/* Comparisons of two float32 tensors to bool. NaN is not equal to, above or below anything. */
#ifndef TVMK_COMPARE_FLOAT_H
#define TVMK_COMPARE_FLOAT_H

#include "broadcast.h"
#include "float_base.h"

#define TVMK_COMPARE_FLOAT(name, relation)                                                                              \
    TVMK_SHARED void tvmk_##name##_float(const tvmk_broadcast_t *s, const float *in1, const float *in2, uint8_t *out) { \
        TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_exact(x) relation y)                                         \
    }

TVMK_COMPARE_FLOAT(equal, ==)
TVMK_COMPARE_FLOAT(not_equal, !=)
TVMK_COMPARE_FLOAT(greater, >)
TVMK_COMPARE_FLOAT(greater_equal, >=)
TVMK_COMPARE_FLOAT(less, <)
TVMK_COMPARE_FLOAT(less_equal, <=)

#endif
