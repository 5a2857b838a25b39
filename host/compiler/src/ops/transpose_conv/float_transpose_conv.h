/* TRANSPOSE_CONV on float32: for each output the inputs that reach it, in the order in which the reference adds them, without
 * the zeros between them. Weights [output channel][row][column][input channel]; those that are stored in flash as float16, int8 or
 * int4 are converted to float when they are read, exactly as DEQUANTIZE does. Nothing may overlap. */
#ifndef TVMK_FLOAT_TRANSPOSE_CONV_H
#define TVMK_FLOAT_TRANSPOSE_CONV_H

#include "float_half.h"

typedef struct {
    tvmk_extent_t batches, in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_float_transpose_conv_t;

typedef struct {
    tvmk_float_transpose_conv_t window;
    const void *weights;
    const float *scales; /* of int8 and int4: one, or one for each output channel */
    int32_t scale_step;  /* 0 or 1 */
} tvmk_float_transpose_stored_t;

/* The first input along an axis whose window of `size` reaches position `at` of the padded output. */
TVMK_INLINE int32_t tvmk_float_transpose_conv_first(int32_t at, int32_t size, int32_t stride) {
    return at < size ? 0 : (at - size) / stride + 1;
}

TVMK_INLINE float tvmk_float_transpose_plain(const void *weights, int32_t i, float scale) {
    (void)scale;
    return ((const float *)weights)[i];
}

/* The functions for one form of weights, which `element` returns. `w` is the first weight of the channel. */
#define TVMK_FLOAT_TRANSPOSE(run, one, element)                                                                               \
    /* The output at (y, x) of the padded output. */                                                                          \
    TVMK_INLINE float one(const tvmk_float_transpose_conv_t *l, const void *weights, int32_t w, float scale, const float *in, \
                          int32_t y, int32_t x) {                                                                             \
        int32_t bottom = tvmk_min(y / l->stride_height, (int32_t)l->in_height - 1);                                           \
        int32_t right = tvmk_min(x / l->stride_width, (int32_t)l->in_width - 1);                                              \
        int32_t left = tvmk_float_transpose_conv_first(x, l->window_width, l->stride_width);                                  \
        int32_t channels = l->in_channels;                                                                                    \
        float sum = 0.0f;                                                                                                     \
        for (int32_t i = tvmk_float_transpose_conv_first(y, l->window_height, l->stride_height); i <= bottom; i++) {          \
            int32_t row = w + (y - i * l->stride_height) * l->window_width * channels;                                        \
            for (int32_t j = left; j <= right; j++) {                                                                         \
                int32_t u = row + (x - j * l->stride_width) * channels;                                                       \
                const float *v = in + (i * l->in_width + j) * channels;                                                       \
                for (int32_t k = 0; k < channels; k++) {                                                                      \
                    sum = tvmk_exact(sum + tvmk_exact(v[k] * element(weights, u + k, scale)));                                \
                }                                                                                                             \
            }                                                                                                                 \
        }                                                                                                                     \
        return sum;                                                                                                           \
    }                                                                                                                         \
    TVMK_INLINE void run(const tvmk_float_transpose_conv_t *l, const void *weights, const float *scales, int32_t step,        \
                         const float *bias, const float *in, float *out, float low, float high) {                             \
        int32_t size = (int32_t)l->window_height * l->window_width * l->in_channels;                                          \
        for (int32_t b = 0; b < l->batches; b++, in += (int32_t)l->in_height * l->in_width * l->in_channels) {                \
            for (int32_t oy = 0; oy < l->out_height; oy++) {                                                                  \
                for (int32_t ox = 0; ox < l->out_width; ox++) {                                                               \
                    for (int32_t c = 0; c < l->out_channels; c++) {                                                           \
                        float scale = scales ? scales[c * step] : 0.0f;                                                       \
                        float sum = one(l, weights, c * size, scale, in, oy + l->pad_top, ox + l->pad_left);                  \
                        *out++ = tvmk_float_clamp(bias ? sum + bias[c] : sum, low, high);                                     \
                    }                                                                                                         \
                }                                                                                                             \
            }                                                                                                                 \
        }                                                                                                                     \
    }

/* A kernel for weights that are stored in one form. The bias may be null. */
#define TVMK_FLOAT_TRANSPOSE_STORED(name, run)                                                                               \
    TVMK_SHARED void name(const tvmk_float_transpose_stored_t *s, const float *bias, const float *in, float *out, float low, \
                          float high) {                                                                                      \
        run(&s->window, s->weights, s->scales, s->scale_step, bias, in, out, low, high);                                     \
    }

TVMK_FLOAT_TRANSPOSE(tvmk_float_transpose_run, tvmk_float_transpose_one, tvmk_float_transpose_plain)
TVMK_FLOAT_TRANSPOSE(tvmk_float_transpose_half_run, tvmk_float_transpose_half_one, tvmk_table_half)
TVMK_FLOAT_TRANSPOSE(tvmk_float_transpose_byte_run, tvmk_float_transpose_byte_one, tvmk_byte_at)
TVMK_FLOAT_TRANSPOSE(tvmk_float_transpose_nibble_run, tvmk_float_transpose_nibble_one, tvmk_nibble_at)

/* The bias may be null. */
TVMK_SHARED void tvmk_float_transpose_conv(const tvmk_float_transpose_conv_t *l, const float *weights, const float *bias,
                                           const float *in, float *out, float low, float high) {
    tvmk_float_transpose_run(l, weights, 0, 0, bias, in, out, low, high);
}

TVMK_FLOAT_TRANSPOSE_STORED(tvmk_float_transpose_conv_half, tvmk_float_transpose_half_run)
TVMK_FLOAT_TRANSPOSE_STORED(tvmk_float_transpose_conv_byte, tvmk_float_transpose_byte_run)
TVMK_FLOAT_TRANSPOSE_STORED(tvmk_float_transpose_conv_nibble, tvmk_float_transpose_nibble_run)

#endif
