/* CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and BATCH_MATMUL on float32 whose weights are stored in flash as float16, int8 or int4: each is
 * converted to float when it is read, exactly as DEQUANTIZE does. Sums are those of float_weighted.h. */
#ifndef TVMK_FLOAT_STORED_H
#define TVMK_FLOAT_STORED_H

#include "float_half.h"
#include "float_weighted.h"

typedef struct {
    tvmk_float_window_t window;
    const void *weights;
    const float *scales; /* of int8 and int4: one, or one for each channel */
    int32_t scale_step;  /* 0 or 1 */
} tvmk_float_stored_t;

/* Products of matrices have no activation, not even one that makes infinite results finite. */
#define TVMK_FLOAT_UNBOUNDED(window)                                              \
    do {                                                                          \
        (window).low = tvmk_float_of_bits(TVMK_FLOAT_SIGN | TVMK_FLOAT_INFINITY); \
        (window).high = tvmk_float_of_bits(TVMK_FLOAT_INFINITY);                  \
    } while (0)

TVMK_INLINE float tvmk_stored_half(const tvmk_float_stored_t *l, int32_t i, int32_t channel) {
    (void)channel;
    return tvmk_half_at(l->weights, i);
}

TVMK_INLINE float tvmk_stored_byte(const tvmk_float_stored_t *l, int32_t i, int32_t channel) {
    return tvmk_byte_at(l->weights, i, l->scales[channel * l->scale_step]);
}

TVMK_INLINE float tvmk_stored_nibble(const tvmk_float_stored_t *l, int32_t i, int32_t channel) {
    return tvmk_nibble_at(l->weights, i, l->scales[channel * l->scale_step]);
}

/* As the functions of float_weighted.h, with a function that returns a weight. */
#define TVMK_STORED_WINDOWS(form)                                                                                             \
    TVMK_INLINE float tvmk_stored_conv_one_##form(const tvmk_float_stored_t *s, const float *in, int32_t oy, int32_t ox,      \
                                                  int32_t c) {                                                                \
        const tvmk_float_window_t *l = &s->window;                                                                            \
        int32_t channels = l->group_in, first = c / l->group_out * channels;                                                  \
        int32_t w = c * l->window_height * l->window_width * channels;                                                        \
        float sum = 0.0f;                                                                                                     \
        for (int32_t ky = 0; ky < l->window_height; ky++) {                                                                   \
            for (int32_t kx = 0; kx < l->window_width; kx++, w += channels) {                                                 \
                const float *x = tvmk_float_element(l, in, oy, ox, ky, kx);                                                   \
                for (int32_t k = 0; x && k < channels; k++) {                                                                 \
                    sum = tvmk_exact(sum + tvmk_exact(x[first + k] * tvmk_stored_##form(s, w + k, c)));                       \
                }                                                                                                             \
            }                                                                                                                 \
        }                                                                                                                     \
        return tvmk_float_finish(l, sum, c);                                                                                  \
    }                                                                                                                         \
    TVMK_INLINE float tvmk_stored_depthwise_one_##form(const tvmk_float_stored_t *s, const float *in, int32_t oy, int32_t ox, \
                                                       int32_t c) {                                                           \
        const tvmk_float_window_t *l = &s->window;                                                                            \
        int32_t channels = l->out_channels, from = c / (channels / l->in_channels), w = c;                                    \
        float sum = 0.0f;                                                                                                     \
        for (int32_t ky = 0; ky < l->window_height; ky++) {                                                                   \
            for (int32_t kx = 0; kx < l->window_width; kx++, w += channels) {                                                 \
                const float *x = tvmk_float_element(l, in, oy, ox, ky, kx);                                                   \
                if (x) {                                                                                                      \
                    sum = tvmk_exact(sum + tvmk_exact(x[from] * tvmk_stored_##form(s, w, c)));                                \
                }                                                                                                             \
            }                                                                                                                 \
        }                                                                                                                     \
        return tvmk_float_finish(l, sum, c);                                                                                  \
    }                                                                                                                         \
    TVMK_STORED_LOOPS(tvmk_float_conv_2d_##form, tvmk_stored_conv_one_##form)                                                 \
    TVMK_STORED_LOOPS(tvmk_float_depthwise_conv_2d_##form, tvmk_stored_depthwise_one_##form)

#define TVMK_STORED_LOOPS(name, one)                                                   \
    TVMK_SHARED void name(const tvmk_float_stored_t *s, const float *in, float *out) { \
        const tvmk_float_window_t *l = &s->window;                                     \
        for (int32_t b = 0; b < l->batches; b++) {                                     \
            for (int32_t oy = 0; oy < l->out_height; oy++) {                           \
                for (int32_t ox = 0; ox < l->out_width; ox++) {                        \
                    for (int32_t c = 0; c < l->out_channels; c++) {                    \
                        *out++ = one(s, in, oy, ox, c);                                \
                    }                                                                  \
                }                                                                      \
            }                                                                          \
            in += (int32_t)l->in_height * l->in_width * l->in_channels;                \
        }                                                                              \
    }

TVMK_STORED_WINDOWS(half)
TVMK_STORED_WINDOWS(byte)
TVMK_STORED_WINDOWS(nibble)

#endif
