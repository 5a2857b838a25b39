/* MAX_POOL_2D on int8: elements outside the input don't count. */
#ifndef TVMK_MAX_POOL_2D_H
#define TVMK_MAX_POOL_2D_H

#include "base.h"

typedef struct {
    uint16_t batches, in_height, in_width, channels;
    uint16_t out_height, out_width;
    uint16_t window_height, window_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_max_pool_2d_t;

/* The elements of the window of output position (oy, ox) that lie inside the input. */
typedef struct {
    int32_t first; /* offset of the first element's channel 0 */
    int32_t height, width;
} tvmk_max_pool_2d_part_t;

TVMK_INLINE tvmk_max_pool_2d_part_t tvmk_max_pool_2d_part(const tvmk_max_pool_2d_t *l, int32_t oy, int32_t ox) {
    int32_t y = oy * l->stride_height - l->pad_top;
    int32_t x = ox * l->stride_width - l->pad_left;
    int32_t top = tvmk_max(y, 0);
    int32_t left = tvmk_max(x, 0);
    tvmk_max_pool_2d_part_t part;
    part.first = (top * l->in_width + left) * l->channels;
    part.height = tvmk_min(y + l->window_height, l->in_height) - top;
    part.width = tvmk_min(x + l->window_width, l->in_width) - left;
    return part;
}

TVMK_SHARED void tvmk_max_pool_2d(const tvmk_max_pool_2d_t *l, const int8_t *in, int8_t *out, int32_t low,
                                  int32_t high) {
    int32_t step = (int32_t)l->in_width * l->channels;
    for (int32_t b = 0; b < l->batches; b++, in += l->in_height * step) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++, out += l->channels) {
                tvmk_max_pool_2d_part_t part = tvmk_max_pool_2d_part(l, oy, ox);
                /* The clamp's lower end is where the search for the largest begins. */
                memset(out, (int)low, l->channels);
                for (int32_t y = 0; y < part.height; y++) {
                    const int8_t *p = in + part.first + y * step;
                    for (int32_t x = 0; x < part.width; x++, p += l->channels) {
                        for (int32_t c = 0; c < l->channels; c++) {
                            out[c] = p[c] > out[c] ? p[c] : out[c];
                        }
                    }
                }
                for (int32_t c = 0; c < l->channels && high < 127; c++) {
                    out[c] = (int8_t)tvmk_min(out[c], high);
                }
            }
        }
    }
}

#endif
