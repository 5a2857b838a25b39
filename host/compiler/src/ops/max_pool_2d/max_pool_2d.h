/* MAX_POOL_2D on int8: elements outside the input don't count. Each core's code finds the largest elements of one window. */
#ifndef TVMK_MAX_POOL_2D_H
#define TVMK_MAX_POOL_2D_H

#include "max_pool_2d_portable.h"
#include "max_pool_2d_dsp.h"
#include "max_pool_2d_mve.h"

TVMK_SHARED void tvmk_max_pool_2d(const tvmk_max_pool_2d_t *layer, const int8_t *in, int8_t *out, int32_t low, int32_t high) {
    const tvmk_max_pool_2d_t l = *layer;
    int32_t image = (int32_t)l.in_height * l.in_width * l.channels;
    for (int32_t b = 0; b < l.batches; b++, in += image) {
        for (int32_t oy = 0; oy < l.out_height; oy++) {
            for (int32_t ox = 0; ox < l.out_width; ox++, out += l.channels) {
                tvmk_max_pool_2d_part_t part = tvmk_max_pool_2d_part(&l, oy, ox);
                tvmk_max_pool_2d_window(&l, &part, in + part.first, out, low, high);
            }
        }
    }
}

#endif
