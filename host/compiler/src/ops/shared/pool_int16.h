/* MAX_POOL_2D and AVERAGE_POOL_2D on int16: elements outside the input do not count. */
#ifndef TVMK_POOL_INT16_H
#define TVMK_POOL_INT16_H

#include "base.h"

typedef struct {
    tvmk_extent_t batches, in_height, in_width, channels;
    tvmk_extent_t out_height, out_width;
    uint16_t window_height, window_width;
    tvmk_extent_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_pool_int16_t;

/* One channel of `height` × `width` elements; an average rounds halves away from zero. */
TVMK_INLINE int32_t tvmk_pool_int16_one(const tvmk_pool_int16_t *l, const int16_t *in, int32_t height, int32_t width,
                                        int average) {
    int32_t result = average ? 0 : INT16_MIN;
    for (int32_t y = 0; y < height; y++) {
        const int16_t *p = in + y * l->in_width * l->channels;
        for (int32_t x = 0; x < width; x++, p += l->channels) {
            result = average ? result + *p : tvmk_max(result, *p);
        }
    }
    if (average) {
        int32_t count = height * width;
        result = (result > 0 ? result + count / 2 : result - count / 2) / count;
    }
    return result;
}

TVMK_INLINE void tvmk_pool_int16(const tvmk_pool_int16_t *l, const int16_t *in, int16_t *out, int32_t low, int32_t high,
                                 int average) {
    for (int32_t b = 0; b < l->batches; b++, in += (int32_t)l->in_height * l->in_width * l->channels) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            int32_t y = oy * l->stride_height - l->pad_top, top = tvmk_max(y, 0);
            int32_t height = tvmk_min(y + l->window_height, l->in_height) - top;
            for (int32_t ox = 0; ox < l->out_width; ox++) {
                int32_t x = ox * l->stride_width - l->pad_left, left = tvmk_max(x, 0);
                int32_t width = tvmk_min(x + l->window_width, l->in_width) - left;
                const int16_t *first = in + (top * l->in_width + left) * l->channels;
                for (int32_t c = 0; c < l->channels; c++) {
                    *out++ = (int16_t)tvmk_clamp(tvmk_pool_int16_one(l, first + c, height, width, average), low, high);
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_max_pool_2d_int16(const tvmk_pool_int16_t *l, const int16_t *in, int16_t *out, int32_t low,
                                        int32_t high) {
    tvmk_pool_int16(l, in, out, low, high, 0);
}

TVMK_SHARED void tvmk_average_pool_2d_int16(const tvmk_pool_int16_t *l, const int16_t *in, int16_t *out, int32_t low,
                                            int32_t high) {
    tvmk_pool_int16(l, in, out, low, high, 1);
}

#endif
