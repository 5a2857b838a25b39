/* CONV_2D on parts of the channels or of a transposed convolution's output: copies to and from conv_2d.h's kernel.
 *
 * A part's input may be some channels of each pixel: they are picked. Its output is some channels of each pixel, or every
 * n-th pixel: it is spread. Nothing may overlap.
 */
#ifndef TVMK_CONV_2D_PARTS_H
#define TVMK_CONV_2D_PARTS_H

#include "conv_2d.h"

typedef struct {
    int32_t in_first;           /* first channel of the input */
    int32_t first, column, row; /* bytes to the first position of the output, and from one to the next */
} tvmk_conv_2d_place_t;

/* Bytes of scratch memory: what the kernel of a part needs; its output; its input, if that is picked. */
TVMK_INLINE int32_t tvmk_conv_2d_parts_scratch(const tvmk_conv_2d_t *const *parts, int32_t count, int picks, int packed) {
    int32_t own = 0, made = 0, picked = 0;
    for (int32_t p = 0; p < count; p++) {
        const tvmk_conv_2d_t *l = parts[p];
        own = tvmk_max(own, tvmk_conv_2d_scratch(l, packed));
        made = tvmk_max(made, (int32_t)l->out_height * l->out_width * l->out_channels);
        picked = picks ? tvmk_max(picked, (int32_t)l->in_height * l->in_width * l->in_channels) : 0;
    }
    return (own + 3) / 4 * 4 + made + picked;
}

/* `bytes` bytes of each pixel, usually few: a call for each would cost more than copying them. */
TVMK_INLINE void tvmk_conv_2d_pixel(int8_t *to, const int8_t *from, int32_t bytes) {
    if (bytes >= 16) {
        tvmk_copy(to, from, bytes);
    } else {
        for (int32_t i = 0; i < bytes; i++) {
            to[i] = from[i];
        }
    }
}

/* The part's channels of every pixel of the input, whose pixels are `step` bytes apart. */
TVMK_SHARED void tvmk_conv_2d_pick(const tvmk_conv_2d_t *l, const int8_t *in, int32_t step, int8_t *picked) {
    int32_t bytes = l->in_channels;
    for (int32_t i = (int32_t)l->in_height * l->in_width; i > 0; i--, in += step, picked += bytes) {
        tvmk_conv_2d_pixel(picked, in, bytes);
    }
}

/* Copies the part's output to its place in the whole output. */
TVMK_SHARED void tvmk_conv_2d_spread(const tvmk_conv_2d_t *l, const tvmk_conv_2d_place_t *place, const int8_t *made,
                                     int8_t *out) {
    int32_t bytes = l->out_channels;
    out += place->first;
    for (int32_t y = 0; y < l->out_height; y++, out += place->row) {
        int8_t *to = out;
        for (int32_t x = 0; x < l->out_width; x++, to += place->column, made += bytes) {
            tvmk_conv_2d_pixel(to, made, bytes);
        }
    }
}

#endif
