/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED on float32, sums in the order of the reference. */
#ifndef TVMK_FLOAT_WEIGHTED_H
#define TVMK_FLOAT_WEIGHTED_H

#include "float_base.h"

typedef struct {
    const float *weights; /* as in the file */
    const float *bias;    /* null for none */
    float low, high;
    tvmk_extent_t batches, in_height, in_width, in_channels;
    tvmk_extent_t out_height, out_width, out_channels;
    tvmk_extent_t group_in, group_out; /* channels of a group, for CONV_2D */
    uint16_t window_height, window_width;
    tvmk_stride_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
} tvmk_float_window_t;

TVMK_INLINE float tvmk_float_finish(const tvmk_float_window_t *l, float sum, int32_t channel) {
    return tvmk_float_clamp(l->bias ? sum + l->bias[channel] : sum, l->low, l->high);
}

/* The input element of window row `ky`, column `kx` for output (oy, ox), or null outside. */
TVMK_INLINE const float *tvmk_float_element(const tvmk_float_window_t *l, const float *in, int32_t oy, int32_t ox, int32_t ky,
                                            int32_t kx) {
    int32_t y = oy * l->stride_height - l->pad_top + ky * l->dilation_height;
    int32_t x = ox * l->stride_width - l->pad_left + kx * l->dilation_width;
    int inside = y >= 0 && y < l->in_height && x >= 0 && x < l->in_width;
    return inside ? in + (y * l->in_width + x) * l->in_channels : 0;
}

/* Weights [output channel][row][column][input channel]. */
TVMK_INLINE float tvmk_float_conv_2d_one(const tvmk_float_window_t *l, const float *in, int32_t oy, int32_t ox, int32_t c) {
    int32_t channels = l->group_in;
    int32_t first = c / l->group_out * channels;
    const float *w = l->weights + c * l->window_height * l->window_width * channels;
    float sum = 0.0f;
    for (int32_t ky = 0; ky < l->window_height; ky++) {
        for (int32_t kx = 0; kx < l->window_width; kx++, w += channels) {
            const float *x = tvmk_float_element(l, in, oy, ox, ky, kx);
            for (int32_t k = 0; x && k < channels; k++) {
                sum = tvmk_exact(sum + tvmk_exact(x[first + k] * w[k]));
            }
        }
    }
    return tvmk_float_finish(l, sum, c);
}

/* Weights [row][column][output channel]; each input channel gives the same number of output channels. */
TVMK_INLINE float tvmk_float_depthwise_one(const tvmk_float_window_t *l, const float *in, int32_t oy, int32_t ox, int32_t c) {
    int32_t channels = l->out_channels;
    int32_t from = c / (channels / l->in_channels);
    const float *w = l->weights + c;
    float sum = 0.0f;
    for (int32_t ky = 0; ky < l->window_height; ky++) {
        for (int32_t kx = 0; kx < l->window_width; kx++, w += channels) {
            const float *x = tvmk_float_element(l, in, oy, ox, ky, kx);
            if (x) {
                sum = tvmk_exact(sum + tvmk_exact(x[from] * *w));
            }
        }
    }
    return tvmk_float_finish(l, sum, c);
}

#define TVMK_FLOAT_WINDOWS(name, one)                                                  \
    TVMK_SHARED void name(const tvmk_float_window_t *l, const float *in, float *out) { \
        for (int32_t b = 0; b < l->batches; b++) {                                     \
            for (int32_t oy = 0; oy < l->out_height; oy++) {                           \
                for (int32_t ox = 0; ox < l->out_width; ox++) {                        \
                    for (int32_t c = 0; c < l->out_channels; c++) {                    \
                        *out++ = one(l, in, oy, ox, c);                                \
                    }                                                                  \
                }                                                                      \
            }                                                                          \
            in += l->in_height * l->in_width * l->in_channels;                         \
        }                                                                              \
    }

TVMK_FLOAT_WINDOWS(tvmk_float_conv_2d, tvmk_float_conv_2d_one)
TVMK_FLOAT_WINDOWS(tvmk_float_depthwise_conv_2d, tvmk_float_depthwise_one)

#endif
