/* MAX_POOL_2D: the layer, and the part of a window that is inside the input. */
#ifndef TVMK_MAX_POOL_2D_PARTS_H
#define TVMK_MAX_POOL_2D_PARTS_H

#include "base.h"

typedef struct {
    tvmk_extent_t batches, in_height, in_width, channels;
    tvmk_extent_t out_height, out_width;
    uint16_t window_height, window_width;
    tvmk_extent_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} tvmk_max_pool_2d_t;

/* The elements of the window of output position (oy, ox) that are inside the input. */
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

#endif
