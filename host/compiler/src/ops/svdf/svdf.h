/* SVDF on int8 with a state of int8 or int16. The output must not overlap the input. */
#ifndef TVMK_SVDF_H
#define TVMK_SVDF_H

#include "svdf_portable.h"
#include "svdf_dsp.h"
#include "svdf_mve.h"
#include "unit_sums.h"

typedef struct {
    tvmk_unit_scaled_t features; /* rows [filter], a multiple of four, the last ones of zeros */
    const void *time;            /* [filter][slot], of the state's type */
    const int32_t *bias;         /* [unit], less the state's zero point times the weights of time */
    int32_t mantissa, shift;
    int32_t inputs, filters, rank, memory, batches;
    int16_t state_zero_point, zero_point;
} tvmk_svdf_t;

/* Shifts the state [slot] of one filter by one slot, with `feature` as the last; returns the sum of products with the weights. */
TVMK_INLINE int32_t tvmk_svdf_filter_int8(int8_t *state, const int8_t *time, int32_t memory, int32_t feature) {
    int32_t last = memory - 1;
    int32_t sum = tvmk_svdf_moved_int8(state, time, last, feature * time[last]);
    state[last] = (int8_t)feature;
    return sum;
}
TVMK_INLINE int32_t tvmk_svdf_filter_int16(int16_t *state, const int16_t *time, int32_t memory, int32_t feature) {
    int32_t last = memory - 1;
    int32_t sum = tvmk_svdf_moved_int16(state, time, last, feature * time[last]);
    state[last] = (int16_t)feature;
    return sum;
}

TVMK_INLINE int8_t tvmk_svdf_result(const tvmk_svdf_t *l, int32_t sum) {
    return (int8_t)tvmk_clamp(tvmk_multiply(sum, l->mantissa, l->shift) + l->zero_point, INT8_MIN, INT8_MAX);
}

/* The zero point is added after the clamp, and overflow wraps, as in the reference. */
#define TVMK_SVDF(name, type, filter, low, high)                                                \
    TVMK_SHARED void name(const tvmk_svdf_t *l, const int8_t *in, int8_t *out, type *state) {   \
        enum { FILTERS = 16 };                                                                  \
        int32_t features[FILTERS];                                                              \
        for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {                             \
            const type *time = (const type *)l->time;                                           \
            const int32_t *bias = l->bias;                                                      \
            int32_t left = l->rank, sum = *bias;                                                \
            for (int32_t f = 0; f < l->filters; f += FILTERS) {                                 \
                int32_t n = tvmk_min(l->filters - f, FILTERS);                                  \
                tvmk_unit_scaled(&l->features, f, (n + 3) / 4 * 4, in, 0, features);            \
                for (int32_t i = 0; i < n; i++, state += l->memory, time += l->memory) {        \
                    int32_t feature = tvmk_clamp(features[i], low, high) + l->state_zero_point; \
                    sum += filter(state, time, l->memory, (type)feature);                       \
                    if (--left == 0) {                                                          \
                        *out++ = tvmk_svdf_result(l, sum);                                      \
                        left = l->rank;                                                         \
                        sum = f + i + 1 < l->filters ? *++bias : 0;                             \
                    }                                                                           \
                }                                                                               \
            }                                                                                   \
        }                                                                                       \
    }

TVMK_SVDF(tvmk_svdf_int8, int8_t, tvmk_svdf_filter_int8, INT8_MIN, INT8_MAX)
TVMK_SVDF(tvmk_svdf_int16, int16_t, tvmk_svdf_filter_int16, INT16_MIN, INT16_MAX)

#endif
