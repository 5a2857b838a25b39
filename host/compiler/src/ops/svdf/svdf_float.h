/* SVDF on float32, sums in the order of the reference. The output must not overlap the input. */
#ifndef TVMK_SVDF_FLOAT_H
#define TVMK_SVDF_FLOAT_H

#include "float_base.h"

typedef struct {
    const float *features; /* [filter][input] */
    const float *time;     /* [filter][slot] */
    const float *bias;     /* [unit] */
    int32_t inputs, filters, rank, memory, batches;
    float low, high;
    int32_t bounds; /* of low and high: 0 for none, 1 for low, 2 for both */
} tvmk_float_svdf_t;

/* NaN becomes the only bound, or the higher of two, as in the reference. */
TVMK_INLINE float tvmk_float_svdf_result(const tvmk_float_svdf_t *l, float sum) {
    float x = tvmk_float_result(sum);
    if (l->bounds > 1) {
        x = x < l->high ? x : l->high;
    }
    return l->bounds == 0 || x > l->low ? x : l->low;
}

TVMK_INLINE float tvmk_float_svdf_feature(const tvmk_float_svdf_t *l, const float *in, int32_t filter) {
    const float *w = l->features + filter * l->inputs;
    float sum = 0.0f;
    for (int32_t i = 0; i < l->inputs; i++) {
        sum = tvmk_exact(sum + tvmk_exact(w[i] * in[i]));
    }
    return sum;
}

TVMK_INLINE float tvmk_float_svdf_filter(float *state, const float *time, int32_t memory, float feature) {
    float sum = 0.0f;
    for (int32_t j = 0; j < memory; j++) {
        state[j] = j + 1 < memory ? state[j + 1] : feature;
        sum = tvmk_exact(sum + tvmk_exact(time[j] * state[j]));
    }
    return sum;
}

TVMK_SHARED void tvmk_float_svdf(const tvmk_float_svdf_t *l, const float *in, float *out, float *state) {
    for (int32_t b = 0; b < l->batches; b++, in += l->inputs) {
        const float *time = l->time;
        for (int32_t f = 0, unit = 0; f < l->filters; unit++) {
            float sum = l->bias[unit];
            for (int32_t r = 0; r < l->rank; r++, f++, state += l->memory, time += l->memory) {
                float feature = tvmk_float_svdf_feature(l, in, f);
                sum = tvmk_exact(sum + tvmk_float_svdf_filter(state, time, l->memory, feature));
            }
            *out++ = tvmk_float_svdf_result(l, sum);
        }
    }
}

#endif
