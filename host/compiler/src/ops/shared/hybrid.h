/* Weights of int8 with activations of float32: how a run quantises inputs, and how sums become floats again. */
#ifndef TVMK_HYBRID_H
#define TVMK_HYBRID_H

#include "hybrid_results.h"
#include "hybrid_values.h"
#include "unit_sums.h"

/* The reference computes the offset in double. */
#if DBL_MANT_DIG < 53
#error "float32 with int8 weights needs a double of 64 bits, and this compiler's has less (avr-gcc from 10 on: -mdouble=64)"
#endif

/* The offset as the reference computes it. */
TVMK_SHARED int32_t tvmk_hybrid_offset_double(float low, float high, float span) {
    volatile double scale = (double)span / 255.0;
    volatile double below = (double)low / scale, above = (double)high / scale;
    volatile double from_low = -128.0 - below, from_high = 127.0 - above;
    volatile double low_error = 128.0 - below, high_error = 127.0 + above;
    double zero = low_error < high_error ? from_low : from_high;
    return zero <= -128.0 ? -128 : zero >= 127.0 ? 127 : (int32_t)(zero < 0.0 ? zero - 0.5 : zero + 0.5);
}

/* The same: floats are enough if the value is not close to the middle between two numbers. */
TVMK_INLINE int32_t tvmk_hybrid_offset(float low, float high, float span, float scale) {
    if (scale >= FLT_MIN) {
        float zero = tvmk_exact(-128.0f - tvmk_exact(low / scale));
        int32_t whole = (int32_t)zero;
        float part = tvmk_exact((float)whole - zero);
        part = part < 0.0f ? -part : part;
        if (part < 0.499f || part > 0.501f) {
            return tvmk_clamp((int32_t)(zero < 0.0f ? zero - 0.5f : zero + 0.5f), -128, 127);
        }
    }
    return tvmk_hybrid_offset_double(low, high, span);
}

/* Quantises `count` floats together. */
TVMK_SHARED tvmk_hybrid_input_t tvmk_hybrid_quantise(const tvmk_hybrid_t *l, const float *in, int8_t *out, int32_t count) {
    float low = 0.0f, high = 0.0f, span, factor;
    tvmk_hybrid_input_t input = {1.0f, 0};
    if (l->asymmetric) {
        tvmk_hybrid_range(in, count, &low, &high);
        span = tvmk_exact(high - low);
    } else {
        span = tvmk_hybrid_most(in, count);
    }
    if (span == 0.0f) {
        tvmk_fill(out, 0, count);
        return input;
    }
    input.scale = tvmk_exact(span / (l->asymmetric ? 255.0f : 127.0f));
    if (!(span <= FLT_MAX)) {
        /* Out of range of a float: results are NaN. */
        input.offset = l->asymmetric ? 127 : 0;
        tvmk_fill(out, (int8_t)input.offset, count);
        return input;
    }
    if (l->asymmetric) {
        input.offset = tvmk_hybrid_offset(low, high, span, input.scale);
        factor = input.scale > 0.0f ? tvmk_exact(1.0f / input.scale) : 0.0f;
    } else {
        factor = tvmk_exact(127.0f / span);
    }
    if (factor <= FLT_MAX) {
        tvmk_hybrid_values(in, out, count, factor, input.offset, span);
    } else {
        /* So small that the reference is undefined. */
        tvmk_fill(out, l->asymmetric ? -128 : -127, count);
    }
    return input;
}

/* Results of `count` channels from one vector; their rows begin with `row`, a multiple of four. */
TVMK_SHARED void tvmk_hybrid_channels(const tvmk_hybrid_t *l, const tvmk_unit_rows_t *rows, const tvmk_hybrid_input_t *input,
                                      const int8_t *x, int32_t row, int32_t channel, int32_t count, const float *bias,
                                      float *out) {
    int32_t sums[16];
    for (int32_t done = 0; done < count; done += 16) {
        int32_t some = tvmk_min(count - done, 16);
        tvmk_unit_sums(rows, row + done, (some + 3) / 4 * 4, x, sums);
        tvmk_hybrid_results(l, input, sums, channel + done, some, bias, out + done);
    }
}

#endif
