/* ADD and AVERAGE_POOL_2D on float32. */
#ifndef TVMK_FLOAT_NN_H
#define TVMK_FLOAT_NN_H

#include "broadcast.h"
#include "float_base.h"

TVMK_SHARED void tvmk_float_add(const tvmk_broadcast_t *s, const float *in1, const float *in2, float *out, float low,
                                float high) {
    TVMK_BROADCAST_LOOPS(s, float, in1, in2, out, tvmk_float_clamp(x + y, low, high))
}

typedef struct {
    tvmk_extent_t batches, in_height, in_width, channels;
    tvmk_extent_t out_height, out_width;
    uint16_t window_height, window_width;
    tvmk_extent_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_float_pool_t;

/* Elements outside the input are not counted. */
TVMK_SHARED void tvmk_float_average_pool_2d(const tvmk_float_pool_t *l, const float *in, float *out, float low, float high) {
    int32_t step = (int32_t)l->in_width * l->channels;
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
                            sum = tvmk_exact(sum + in[i * step + j * l->channels + c]);
                        }
                    }
                    *out++ = tvmk_float_clamp(sum / count, low, high);
                }
            }
        }
    }
}

#endif
