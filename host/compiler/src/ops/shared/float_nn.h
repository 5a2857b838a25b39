/* ADD, AVERAGE_POOL_2D and SOFTMAX on float32. */
#ifndef TVMK_FLOAT_NN_H
#define TVMK_FLOAT_NN_H

#include <math.h>

#include "broadcast.h"

TVMK_INLINE float tvmk_float_clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

TVMK_SHARED void tvmk_float_add(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out, float low,
                                float high) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_float_clamp(x + y, low, high))
}

typedef struct {
    uint16_t batches, in_height, in_width, channels;
    uint16_t out_height, out_width;
    uint16_t window_height, window_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_float_pool_t;

/* Elements outside the input are not counted. */
TVMK_SHARED void tvmk_float_average_pool_2d(const tvmk_float_pool_t *l, const float *in, float *out, float low,
                                            float high) {
    int32_t step = l->in_width * l->channels;
    for (int32_t b = 0; b < l->batches; b++, in += l->in_height * step) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            int32_t y = oy * l->stride_height - l->pad_top;
            int32_t top = tvmk_max(y, 0), bottom = tvmk_min(y + l->window_height, l->in_height);
            for (int32_t ox = 0; ox < l->out_width; ox++) {
                int32_t x = ox * l->stride_width - l->pad_left;
                int32_t left = tvmk_max(x, 0), right = tvmk_min(x + l->window_width, l->in_width);
                float count = (float)((bottom - top) * (right - left));
                for (int32_t c = 0; c < l->channels; c++) {
                    float sum = 0.0f;
                    for (int32_t i = top; i < bottom; i++) {
                        for (int32_t j = left; j < right; j++) {
                            sum += in[i * step + j * l->channels + c];
                        }
                    }
                    *out++ = tvmk_float_clamp(sum / count, low, high);
                }
            }
        }
    }
}

/* Rows of `depth` elements. The output may overwrite the input. */
TVMK_SHARED void tvmk_float_softmax(const float *in, float *out, int32_t rows, int32_t depth, float beta) {
    for (; rows > 0; rows--, in += depth, out += depth) {
        float largest = in[0];
        float sum = 0.0f;
        for (int32_t i = 1; i < depth; i++) {
            largest = in[i] > largest ? in[i] : largest;
        }
        for (int32_t i = 0; i < depth; i++) {
            out[i] = expf((in[i] - largest) * beta);
            sum += out[i];
        }
        for (int32_t i = 0; i < depth; i++) {
            out[i] = out[i] / sum;
        }
    }
}

#endif
