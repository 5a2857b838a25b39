/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with weights of int8 and activations of float32. Nothing may overlap. */
#ifndef TVMK_HYBRID_WEIGHTED_H
#define TVMK_HYBRID_WEIGHTED_H

#include "hybrid_taps.h"
#include "hybrid_window.h"
#include "hybrid_window_dsp.h"

/* Scratch memory of `tvmk_hybrid_rows`, and of the others: a quantised image, and four columns of pairs and one of bytes of a window. */
#define TVMK_HYBRID_ROWS_SCRATCH(inputs) (inputs)
#define TVMK_HYBRID_WINDOW_SCRATCH(elements, column) (((elements) + 3) / 4 * 4 + ((column) + 1) / 2 * 16 + (column))

typedef struct {
    tvmk_hybrid_t to;
    tvmk_unit_rows_t rows;
    int32_t batches, units;
} tvmk_hybrid_rows_t;

TVMK_SHARED void tvmk_hybrid_rows(const tvmk_hybrid_rows_t *l, const float *in, const float *bias, float *out,
                                  uint8_t *scratch) {
    int8_t *x = (int8_t *)(void *)scratch;
    int32_t inputs = l->rows.inputs, all = l->batches * inputs, zeros = 0;
    while (zeros < all && in[zeros] == 0.0f) {
        zeros++;
    }
    for (int32_t b = 0; b < l->batches; b++, in += inputs, out += l->units) {
        if (zeros == all) {
            /* Biases unchanged: a sum would turn -0 into 0. */
            const tvmk_hybrid_t to = tvmk_hybrid_bounded(&l->to);
            for (int32_t c = 0; c < l->units; c++) {
                out[c] = tvmk_hybrid_bound(&to, bias ? bias[c] : 0.0f);
            }
            continue;
        }
        tvmk_hybrid_input_t input = tvmk_hybrid_quantise(&l->to, in, x, inputs);
        tvmk_hybrid_channels(&l->to, &l->rows, &input, x, 0, 0, l->units, bias, out);
    }
}

TVMK_SHARED void tvmk_hybrid_conv_2d(const tvmk_hybrid_window_t *l, const float *in, const float *bias, float *out,
                                     uint8_t *scratch) {
    int32_t elements = (int32_t)l->in_height * l->in_width * l->in_channels;
    int8_t *image = (int8_t *)(void *)scratch, *column = image + (elements + 3) / 4 * 4;
    int32_t padded = (l->group_out + 3) / 4 * 4, groups = l->in_channels / l->group_in;
    int is_run = l->window_height == 1 && (l->window_width == 1 ? groups == 1 : tvmk_hybrid_joined(l));
    for (int32_t b = 0; b < l->batches; b++, in += elements) {
        tvmk_hybrid_input_t input = tvmk_hybrid_quantise(&l->to, in, image, elements);
        if (tvmk_hybrid_window_tiles(l, &input, image, bias, out, column)) {
            out += (int32_t)l->out_height * l->out_width * l->out_channels;
            continue;
        }
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++) {
                for (int32_t g = 0; g < groups; g++, out += l->group_out) {
                    const int8_t *x = column;
                    int32_t iy = oy * l->stride_height - l->pad_top, ix = ox * l->stride_width - l->pad_left;
                    if (is_run && iy >= 0 && iy < l->in_height && ix >= 0 && ix + l->window_width <= l->in_width) {
                        x = image + (iy * l->in_width + ix) * l->in_channels;
                    } else {
                        tvmk_hybrid_column(l, image, oy, ox, g * l->group_in, (int8_t)input.offset, column);
                    }
                    tvmk_hybrid_channels(&l->to, &l->rows, &input, x, g * padded, g * l->group_out, l->group_out, bias, out);
                }
            }
        }
    }
}

/* Sums of up to 16 channels at one position: weights [row][column][channel], `of_each` channels for each input channel. */
TVMK_INLINE void tvmk_hybrid_depthwise_sums(const tvmk_hybrid_window_t *l, const int8_t *image, const int8_t *weights,
                                            int32_t oy, int32_t ox, int32_t first, int32_t some, int32_t offset,
                                            int32_t *sums) {
    int32_t of_each = l->out_channels / l->in_channels, width = l->in_width;
    tvmk_fill((int8_t *)(void *)sums, 0, 4 * some); /* compilers would call memset */
    for (int32_t ky = 0; ky < l->window_height; ky++) {
        int32_t y = oy * l->stride_height - l->pad_top + ky * l->dilation_height;
        for (int32_t kx = 0; kx < l->window_width; kx++) {
            int32_t x = ox * l->stride_width - l->pad_left + kx * l->dilation_width;
            if (y < 0 || y >= l->in_height || x < 0 || x >= width) {
                continue;
            }
            const int8_t *w = weights + (ky * l->window_width + kx) * l->out_channels + first;
            const int8_t *from = image + (y * width + x) * l->in_channels;
            if (of_each == 1) {
                tvmk_hybrid_tap(from + first, w, some, offset, sums);
            } else {
                for (int32_t i = 0; i < some; i++) {
                    sums[i] += (from[(first + i) / of_each] - offset) * w[i];
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_hybrid_depthwise_conv_2d(const tvmk_hybrid_window_t *l, const float *in, const float *bias, float *out,
                                               uint8_t *scratch) {
    int32_t elements = (int32_t)l->in_height * l->in_width * l->in_channels, sums[16];
    int8_t *image = (int8_t *)(void *)scratch;
    const int8_t *weights = (const int8_t *)l->rows.weights;
    for (int32_t b = 0; b < l->batches; b++, in += elements) {
        tvmk_hybrid_input_t input = tvmk_hybrid_quantise(&l->to, in, image, elements);
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++, out += l->out_channels) {
                for (int32_t c = 0; c < l->out_channels; c += 16) {
                    int32_t some = tvmk_min(l->out_channels - c, 16);
                    tvmk_hybrid_depthwise_sums(l, image, weights, oy, ox, c, some, input.offset, sums);
                    tvmk_hybrid_results(&l->to, &input, sums, c, some, bias, out + c);
                }
            }
        }
    }
}

#endif
