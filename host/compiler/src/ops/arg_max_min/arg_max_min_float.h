/* ARG_MAX and ARG_MIN of float32. NaN is neither above nor below any number. */
#ifndef TVMK_ARG_MAX_MIN_FLOAT_H
#define TVMK_ARG_MAX_MIN_FLOAT_H

#include "arg_max_min.h"
#include "float_base.h"

TVMK_SHARED void tvmk_arg_max_float(const float *in, int32_t *out, int32_t outer, int32_t count, int32_t inner) {
    TVMK_ARG_LOOPS(float, in, out, outer, count, inner, tvmk_exact, >)
}

TVMK_SHARED void tvmk_arg_min_float(const float *in, int32_t *out, int32_t outer, int32_t count, int32_t inner) {
    TVMK_ARG_LOOPS(float, in, out, outer, count, inner, tvmk_exact, <)
}

#endif
