/* AVERAGE_POOL_2D on int8: elements outside the input are not counted; halves are rounded away from zero. Each core's code finds
 * the averages of one window. */
#ifndef TVMK_AVERAGE_POOL_2D_H
#define TVMK_AVERAGE_POOL_2D_H

#include "average_pool_2d_portable.h"
#include "average_pool_2d_dsp.h"
#include "average_pool_2d_mve.h"

TVMK_INLINE void tvmk_average_pool_2d_as(const tvmk_average_pool_2d_t *l, const int8_t *in, int8_t *out, int up) {
    int32_t step = (int32_t)l->in_width * l->channels;
    for (int32_t b = 0; b < l->batches; b++, in += l->in_height * step) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            int32_t y = oy * l->stride_height - l->pad_top;
            int32_t top = tvmk_max(y, 0);
            int32_t height = tvmk_min(y + l->window_height, l->in_height) - top;
            for (int32_t ox = 0; ox < l->out_width; ox++, out += l->channels) {
                int32_t x = ox * l->stride_width - l->pad_left;
                int32_t left = tvmk_max(x, 0);
                int32_t width = tvmk_min(x + l->window_width, l->in_width) - left;
                tvmk_average_pool_2d_window(in + top * step + left * l->channels, out, height, width, step, l->channels, l->low,
                                            l->high, up);
            }
        }
    }
}

TVMK_SHARED void tvmk_average_pool_2d(const tvmk_average_pool_2d_t *l, const int8_t *in, int8_t *out) {
    tvmk_average_pool_2d_as(l, in, out, 0);
}
/* Halves are rounded up. */
TVMK_SHARED void tvmk_average_pool_2d_up(const tvmk_average_pool_2d_t *l, const int8_t *in, int8_t *out) {
    tvmk_average_pool_2d_as(l, in, out, 1);
}

#endif
