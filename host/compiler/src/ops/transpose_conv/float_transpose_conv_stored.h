/* TRANSPOSE_CONV on float32 whose weights are stored in flash as float16, int8 or int4: each is converted to float when it is read,
 * exactly as DEQUANTIZE does. Sums are those of float_transpose_conv.h. */
#ifndef TVMK_FLOAT_TRANSPOSE_CONV_STORED_H
#define TVMK_FLOAT_TRANSPOSE_CONV_STORED_H

#include "float_half.h"
#include "float_transpose_conv.h"

typedef struct {
    tvmk_float_transpose_conv_t window;
    const void *weights;
    const float *scales; /* of int8 and int4: one, or one for each output channel */
    int32_t scale_step;  /* 0 or 1 */
} tvmk_float_transpose_stored_t;

/* As the functions of float_transpose_conv.h, with a function that returns a weight. `w` is the first weight of the channel. */
#define TVMK_TRANSPOSE_STORED(name, one, element)                                                                            \
    TVMK_INLINE float one(const tvmk_float_transpose_stored_t *s, int32_t w, float scale, const float *in, int32_t y,        \
                          int32_t x) {                                                                                       \
        const tvmk_float_transpose_conv_t *l = &s->window;                                                                   \
        int32_t bottom = tvmk_min(y / l->stride_height, (int32_t)l->in_height - 1);                                          \
        int32_t right = tvmk_min(x / l->stride_width, (int32_t)l->in_width - 1);                                             \
        int32_t left = tvmk_float_transpose_conv_first(x, l->window_width, l->stride_width);                                 \
        int32_t channels = l->in_channels;                                                                                   \
        float sum = 0.0f;                                                                                                    \
        for (int32_t i = tvmk_float_transpose_conv_first(y, l->window_height, l->stride_height); i <= bottom; i++) {         \
            int32_t row = w + (y - i * l->stride_height) * l->window_width * channels;                                       \
            for (int32_t j = left; j <= right; j++) {                                                                        \
                int32_t u = row + (x - j * l->stride_width) * channels;                                                      \
                const float *v = in + (i * l->in_width + j) * channels;                                                      \
                for (int32_t k = 0; k < channels; k++) {                                                                     \
                    sum = tvmk_exact(sum + tvmk_exact(v[k] * element(s->weights, u + k, scale)));                            \
                }                                                                                                            \
            }                                                                                                                \
        }                                                                                                                    \
        return sum;                                                                                                          \
    }                                                                                                                        \
    /* The bias may be null. */                                                                                              \
    TVMK_SHARED void name(const tvmk_float_transpose_stored_t *s, const float *bias, const float *in, float *out, float low, \
                          float high) {                                                                                      \
        const tvmk_float_transpose_conv_t *l = &s->window;                                                                   \
        int32_t step = (int32_t)l->window_height * l->window_width * l->in_channels;                                         \
        for (int32_t b = 0; b < l->batches; b++, in += (int32_t)l->in_height * l->in_width * l->in_channels) {               \
            for (int32_t oy = 0; oy < l->out_height; oy++) {                                                                 \
                for (int32_t ox = 0; ox < l->out_width; ox++) {                                                              \
                    for (int32_t c = 0; c < l->out_channels; c++) {                                                          \
                        float scale = s->scales ? s->scales[c * s->scale_step] : 0.0f;                                       \
                        float sum = one(s, c * step, scale, in, oy + l->pad_top, ox + l->pad_left);                          \
                        *out++ = tvmk_float_clamp(bias ? sum + bias[c] : sum, low, high);                                    \
                    }                                                                                                        \
                }                                                                                                            \
            }                                                                                                                \
        }                                                                                                                    \
    }

TVMK_TRANSPOSE_STORED(tvmk_float_transpose_conv_half, tvmk_float_transpose_half_one, tvmk_table_half)
TVMK_TRANSPOSE_STORED(tvmk_float_transpose_conv_byte, tvmk_float_transpose_byte_one, tvmk_byte_at)
TVMK_TRANSPOSE_STORED(tvmk_float_transpose_conv_nibble, tvmk_float_transpose_nibble_one, tvmk_nibble_at)

#endif
