/* Floats to int8: the range of an input, and its values as multiples of its scale. Finite numbers. */
#ifndef TVMK_HYBRID_VALUES_H
#define TVMK_HYBRID_VALUES_H

#include "hybrid_values_portable.h"
#include "hybrid_values_mve.h"

#ifndef TVMK_HYBRID_VECTORS

TVMK_INLINE void tvmk_hybrid_range(const float *in, int32_t count, float *low, float *high) {
    tvmk_hybrid_range_portable(in, count, low, high);
}
TVMK_INLINE float tvmk_hybrid_most(const float *in, int32_t count) { return tvmk_hybrid_most_portable(in, count); }
TVMK_INLINE void tvmk_hybrid_values(const float *in, int8_t *out, int32_t count, float factor, int32_t offset, float span) {
    (void)span;
    tvmk_hybrid_values_portable(in, out, count, factor, offset);
}

#endif

#endif
