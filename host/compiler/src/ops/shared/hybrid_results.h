/* From sums of products to float32. */
#ifndef TVMK_HYBRID_RESULTS_H
#define TVMK_HYBRID_RESULTS_H

#include "hybrid_results_portable.h"
#include "hybrid_results_mve.h"

#ifndef TVMK_HYBRID_VECTORS

/* Results of `count` channels from their sums, which may change. There is room for a multiple of four. */
TVMK_INLINE void tvmk_hybrid_results(const tvmk_hybrid_t *l, const tvmk_hybrid_input_t *input, int32_t *sums, int32_t channel,
                                     int32_t count, const float *bias, float *out) {
    tvmk_hybrid_results_portable(l, input, sums, channel, count, bias, out);
}

#endif

#endif
