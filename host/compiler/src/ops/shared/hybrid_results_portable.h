/* From sums of products to float32 in portable C; how a layer does it. */
#ifndef TVMK_HYBRID_RESULTS_PORTABLE_H
#define TVMK_HYBRID_RESULTS_PORTABLE_H

#include "hybrid_values_portable.h"

/* How low and high bound results: not at all; as in rows, where results not above `low` become `low` (-0 becomes 0); as in
 * convolutions. */
enum { TVMK_HYBRID_FREE, TVMK_HYBRID_ABOVE, TVMK_HYBRID_WITHIN };

typedef struct {
    const float *scales;   /* of the weights */
    const int32_t *totals; /* the sum of each channel's weights; null if no offset is subtracted from sums */
    int32_t scale_mask;    /* the bits of a channel's number that choose its scale: none, all, or the lowest two */
    int32_t asymmetric;    /* inputs are quantised with an offset */
    int32_t weights_first; /* sums are scaled by the weights' scale first, then by the input's */
    int32_t float_offset;  /* the offset's share is subtracted from sums in float */
    int32_t bound;         /* TVMK_HYBRID_... */
    int32_t is_ordinary;   /* scales are from 1e-12 to 1e12, magnitudes of biases from 1e-24 to 1e24 or 0 */
    float low, high;
} tvmk_hybrid_t;

/* How an input was quantised. */
typedef struct {
    float scale;
    int32_t offset;
} tvmk_hybrid_input_t;

TVMK_INLINE float tvmk_hybrid_bound(const tvmk_hybrid_t *l, float x) {
    if (x > l->low) {
        return x > l->high ? l->high : x;
    }
    if (x < l->low || l->bound == TVMK_HYBRID_ABOVE) {
        return l->low;
    }
    return x == x ? x : tvmk_float_of_bits(TVMK_FLOAT_NAN);
}

/* With the ends as numbers. */
TVMK_INLINE tvmk_hybrid_t tvmk_hybrid_bounded(const tvmk_hybrid_t *l) {
    tvmk_hybrid_t to = *l;
    if (to.bound == TVMK_HYBRID_FREE) {
        to.low = tvmk_float_of_bits(TVMK_FLOAT_INFINITY | TVMK_FLOAT_SIGN);
        to.high = tvmk_float_of_bits(TVMK_FLOAT_INFINITY);
    }
    return to;
}

/* What a sum is multiplied with, one after the other; the second may be 1. */
typedef struct {
    float first, second;
} tvmk_hybrid_factors_t;

TVMK_INLINE tvmk_hybrid_factors_t tvmk_hybrid_factors(const tvmk_hybrid_t *l, float scale, int32_t channel) {
    float weight = l->scales[channel & l->scale_mask];
    tvmk_hybrid_factors_t factors = {weight, scale};
    if (!l->weights_first) {
        factors.first = tvmk_exact(weight * scale), factors.second = 1.0f;
    }
    return factors;
}

/* A sum of products of quantised inputs less their offset and weights, as a result. */
TVMK_INLINE float tvmk_hybrid_result(const tvmk_hybrid_t *l, const tvmk_hybrid_factors_t *factors, int32_t sum, float bias) {
    float x = tvmk_exact(tvmk_exact((float)sum) * factors->first);
    if (!TVMK_HYBRID_BITS || l->weights_first) {
        x = tvmk_exact(x * factors->second);
    }
    return tvmk_hybrid_bound(l, tvmk_exact(x + bias));
}

/* A sum less what the offset adds to it. */
TVMK_INLINE int32_t tvmk_hybrid_less(const tvmk_hybrid_t *l, int32_t sum, int32_t offset, int32_t total) {
    if (l->float_offset) {
        return (int32_t)tvmk_exact(tvmk_exact((float)sum) - tvmk_exact(tvmk_exact((float)total) * tvmk_exact((float)offset)));
    }
    return sum - offset * total;
}

/* Results of `count` channels from their sums, which it changes. */
TVMK_INLINE void tvmk_hybrid_results_portable(const tvmk_hybrid_t *l, const tvmk_hybrid_input_t *input, int32_t *sums,
                                              int32_t channel, int32_t count, const float *bias, float *out) {
    const tvmk_hybrid_t to = tvmk_hybrid_bounded(l);
    float scale = input->scale;
    for (int32_t i = 0; i < count && to.totals; i++) {
        sums[i] = tvmk_hybrid_less(&to, sums[i], input->offset, to.totals[channel + i]);
    }
    for (int32_t i = 0; i < count; i++, channel++) {
        tvmk_hybrid_factors_t factors = tvmk_hybrid_factors(&to, scale, channel);
        out[i] = tvmk_hybrid_result(&to, &factors, sums[i], bias ? bias[channel] : 0.0f);
    }
}

#endif
