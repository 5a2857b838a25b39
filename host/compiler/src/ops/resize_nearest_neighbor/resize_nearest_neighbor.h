/* RESIZE_NEAREST_NEIGHBOR: each pixel is a copy of one of the input's. Output and input do not overlap. */
#ifndef TVMK_RESIZE_NEAREST_NEIGHBOR_H
#define TVMK_RESIZE_NEAREST_NEIGHBOR_H

#include "base.h"

typedef struct {
    const int16_t *rows;    /* of the input, for each row of the output */
    const int16_t *columns; /* of the input, for each column of the output */
    int32_t batches, in_height, in_width, out_height, out_width;
    int32_t pixel; /* bytes of all channels at one position */
} tvmk_resize_nearest_neighbor_t;

static void tvmk_resize_nearest_neighbor(const tvmk_resize_nearest_neighbor_t *c, const int8_t *in, int8_t *out) {
    for (int32_t b = 0; b < c->batches; b++) {
        for (int32_t y = 0; y < c->out_height; y++) {
            const int8_t *row = in + c->rows[y] * c->in_width * c->pixel;
            for (int32_t x = 0; x < c->out_width; x++) {
                tvmk_copy(out, row + c->columns[x] * c->pixel, c->pixel);
                out += c->pixel;
            }
        }
        in += c->in_height * c->in_width * c->pixel;
    }
}

#endif
