/* Weights of int8 with activations of float32: how a run quantises inputs, and how sums become floats again. */
#ifndef TVMK_HYBRID_H
#define TVMK_HYBRID_H

#include "float_base.h"
#include "unit_sums.h"

/* The reference computes the offset in double. */
#if DBL_MANT_DIG < 53
#error "float32 with int8 weights needs a double of 64 bits, and this compiler's has less (avr-gcc from 10 on: -mdouble=64)"
#endif

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
    float low, high;
} tvmk_hybrid_t;

/* How an input was quantised. */
typedef struct {
    float scale;
    int32_t offset;
} tvmk_hybrid_input_t;

/* Halves away from zero: the number added is the float below 0.5, so that nothing below a half is rounded up. Values for which the
 * reference is undefined (infinite, NaN) become the lowest value. */
TVMK_INLINE int8_t tvmk_hybrid_round(float x, int32_t offset, int32_t lowest) {
    if (!(x >= -512.0f && x <= 512.0f)) {
        return (int8_t)lowest;
    }
    int32_t whole = (int32_t)tvmk_exact(x + (x < 0.0f ? -0.49999997f : 0.49999997f));
    return (int8_t)tvmk_clamp(whole + offset, lowest, 127);
}

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
    float low = 0.0f, high = 0.0f, factor;
    tvmk_hybrid_input_t input = {1.0f, 0};
    for (int32_t i = 0; i < count; i++) {
        float x = in[i];
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    float span = l->asymmetric ? tvmk_exact(high - low) : -low > high ? -low : high;
    if (!(span > 0.0f)) {
        tvmk_fill(out, 0, count);
        return input;
    }
    input.scale = tvmk_exact(span / (l->asymmetric ? 255.0f : 127.0f));
    int32_t lowest = l->asymmetric ? -128 : -127;
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
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_hybrid_round(tvmk_exact(in[i] * factor), input.offset, lowest);
    }
    return input;
}

TVMK_INLINE float tvmk_hybrid_bound(const tvmk_hybrid_t *l, float x) {
    if (l->bound == TVMK_HYBRID_FREE) {
        return tvmk_float_result(x);
    }
    if (l->bound == TVMK_HYBRID_WITHIN) {
        return tvmk_float_clamp(x, l->low, l->high);
    }
    return !(x > l->low) ? l->low : x > l->high ? l->high : x;
}

/* A sum of products of quantised inputs less their offset and weights, as a result. */
TVMK_INLINE float tvmk_hybrid_finish(const tvmk_hybrid_t *l, const tvmk_hybrid_input_t *input, int32_t sum, int32_t channel,
                                     const float *bias) {
    float weight = l->scales[channel & l->scale_mask];
    float x = tvmk_exact((float)sum);
    if (l->weights_first) {
        x = tvmk_exact(tvmk_exact(x * weight) * input->scale);
    } else {
        x = tvmk_exact(x * tvmk_exact(weight * input->scale));
    }
    return tvmk_hybrid_bound(l, tvmk_exact(x + (bias ? bias[channel] : 0.0f)));
}

/* A sum less what the offset adds to it. */
TVMK_INLINE int32_t tvmk_hybrid_less(const tvmk_hybrid_t *l, int32_t sum, int32_t offset, int32_t total) {
    if (l->float_offset) {
        return (int32_t)tvmk_exact(tvmk_exact((float)sum) - tvmk_exact(tvmk_exact((float)total) * tvmk_exact((float)offset)));
    }
    return sum - offset * total;
}

/* Results of `count` channels from one vector; their rows begin with `row`, a multiple of four. */
TVMK_SHARED void tvmk_hybrid_channels(const tvmk_hybrid_t *l, const tvmk_unit_rows_t *rows, const tvmk_hybrid_input_t *input,
                                      const int8_t *x, int32_t row, int32_t channel, int32_t count, const float *bias,
                                      float *out) {
    int32_t sums[16];
    for (int32_t done = 0; done < count; done += 16) {
        int32_t some = tvmk_min(count - done, 16);
        tvmk_unit_sums(rows, row + done, (some + 3) / 4 * 4, x, sums);
        for (int32_t i = 0; i < some; i++) {
            int32_t c = channel + done + i;
            int32_t sum = l->totals ? tvmk_hybrid_less(l, sums[i], input->offset, l->totals[c]) : sums[i];
            out[done + i] = tvmk_hybrid_finish(l, input, sum, c, bias);
        }
    }
}

#endif
