/* MAX_POOL_2D on float32: elements outside the input and NaN don't count. */
#ifndef TVMK_MAX_POOL_2D_FLOAT_H
#define TVMK_MAX_POOL_2D_FLOAT_H

#include "float_base.h"
#include "max_pool_2d_parts.h"

TVMK_SHARED void tvmk_float_max_pool_2d(const tvmk_max_pool_2d_t *l, const float *in, float *out, float low, float high) {
    int32_t step = (int32_t)l->in_width * l->channels;
    for (int32_t b = 0; b < l->batches; b++, in += l->in_height * step) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++, out += l->channels) {
                tvmk_max_pool_2d_part_t part = tvmk_max_pool_2d_part(l, oy, ox);
                for (int32_t c = 0; c < l->channels; c++) {
                    float largest = -FLT_MAX;
                    for (int32_t y = 0; y < part.height; y++) {
                        const float *p = in + part.first + y * step + c;
                        for (int32_t x = 0; x < part.width; x++, p += l->channels) {
                            largest = tvmk_exact(*p) > largest ? *p : largest;
                        }
                    }
                    out[c] = tvmk_float_clamp(largest, low, high);
                }
            }
        }
    }
}

#endif
