/* TRANSPOSE_CONV with weights of int8 and activations of float32: as float_transpose_conv.h, of products of integers, each of
 * which the reference scales before it adds it. Nothing may overlap. */
#ifndef TVMK_HYBRID_TRANSPOSE_CONV_H
#define TVMK_HYBRID_TRANSPOSE_CONV_H

#include "float_transpose_conv.h"
#include "hybrid.h"

/* The scratch memory it needs: the quantised image. */
#define TVMK_HYBRID_TRANSPOSE_SCRATCH(elements) (elements)

/* A product as the reference adds it: each is converted to float separately. */
TVMK_INLINE float tvmk_hybrid_transpose_conv_add(float sum, int32_t product, float weight, float scale) {
    return tvmk_exact(sum + tvmk_exact(tvmk_exact((float)product * weight) * scale));
}

/* The sum of channel `c` at (y, x) of the padded output. */
TVMK_INLINE float tvmk_hybrid_transpose_conv_one(const tvmk_float_transpose_conv_t *l, const tvmk_hybrid_t *to, const int8_t *w,
                                                 const int8_t *in, const tvmk_hybrid_input_t *input, int32_t y, int32_t x,
                                                 int32_t c) {
    int32_t bottom = tvmk_min(y / l->stride_height, (int32_t)l->in_height - 1);
    int32_t right = tvmk_min(x / l->stride_width, (int32_t)l->in_width - 1);
    int32_t left = tvmk_float_transpose_conv_first(x, l->window_width, l->stride_width);
    int32_t channels = l->in_channels;
    float sum = 0.0f, weight = to->scales[c & to->scale_mask];
    for (int32_t i = tvmk_float_transpose_conv_first(y, l->window_height, l->stride_height); i <= bottom; i++) {
        const int8_t *row = w + (y - i * l->stride_height) * l->window_width * channels;
        for (int32_t j = left; j <= right; j++) {
            const int8_t *u = row + (x - j * l->stride_width) * channels;
            const int8_t *v = in + (i * l->in_width + j) * channels;
            for (int32_t k = 0; k < channels; k++) {
                sum = tvmk_hybrid_transpose_conv_add(sum, (v[k] - input->offset) * u[k], weight, input->scale);
            }
        }
    }
    return sum;
}

/* The bias may be null. */
TVMK_SHARED void tvmk_hybrid_transpose_conv(const tvmk_float_transpose_conv_t *l, const tvmk_hybrid_t *to,
                                            const int8_t *weights, const float *bias, const float *in, float *out,
                                            uint8_t *scratch) {
    int32_t step = (int32_t)l->window_height * l->window_width * l->in_channels;
    int32_t elements = (int32_t)l->in_height * l->in_width * l->in_channels;
    int8_t *image = (int8_t *)(void *)scratch;
    for (int32_t b = 0; b < l->batches; b++, in += elements) {
        tvmk_hybrid_input_t input = tvmk_hybrid_quantise(to, in, image, elements);
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++) {
                for (int32_t c = 0; c < l->out_channels; c++) {
                    float sum = tvmk_hybrid_transpose_conv_one(l, to, weights + c * step, image, &input, oy + l->pad_top,
                                                               ox + l->pad_left, c);
                    *out++ = tvmk_hybrid_bound(to, bias ? tvmk_exact(sum + bias[c]) : sum);
                }
            }
        }
    }
}

#endif
