/* RESIZE_BILINEAR on float32, in the order of the reference, and on uint8, which the reference computes with float32. Output and input do not overlap. */
#ifndef TVMK_RESIZE_BILINEAR_FLOAT_H
#define TVMK_RESIZE_BILINEAR_FLOAT_H

#include "float_base.h"

typedef struct {
    /* For each row and column of the output two of the input, and the distance from the first. */
    const int16_t *rows;
    const int16_t *columns;
    int32_t batches, in_height, in_width, out_height, out_width, channels;
    const float *row_fractions;
    const float *column_fractions;
} tvmk_float_resize_bilinear_t;

TVMK_INLINE float tvmk_float_weighed(float x, float vertical, float horizontal) {
    return tvmk_exact(tvmk_exact(x * vertical) * horizontal);
}

/* An element of float32, or of uint8, which is stored 128 less. */
TVMK_INLINE float tvmk_float_resize_element(const void *in, int32_t i, int is_unsigned) {
    return is_unsigned ? (float)(((const int8_t *)in)[i] + 128) : ((const float *)in)[i];
}

TVMK_INLINE void tvmk_float_resize_bilinear_as(const tvmk_float_resize_bilinear_t *l, const void *in, void *out,
                                               int is_unsigned) {
    int32_t line = l->in_width * l->channels, start = 0, at = 0;
    for (int32_t batch = 0; batch < l->batches; batch++, start += l->in_height * line) {
        for (int32_t y = 0; y < l->out_height; y++) {
            int32_t first = start + l->rows[2 * y] * line, second = start + l->rows[2 * y + 1] * line;
            float dy = l->row_fractions[y];
            float ey = tvmk_exact(1.0f - dy);
            for (int32_t x = 0; x < l->out_width; x++) {
                int32_t left = l->columns[2 * x] * l->channels;
                int32_t right = l->columns[2 * x + 1] * l->channels;
                float dx = l->column_fractions[x];
                float ex = tvmk_exact(1.0f - dx);
                for (int32_t c = 0; c < l->channels; c++, at++) {
                    float sum = tvmk_float_weighed(tvmk_float_resize_element(in, first + left + c, is_unsigned), ey, ex);
                    sum = tvmk_exact(sum +
                                     tvmk_float_weighed(tvmk_float_resize_element(in, second + left + c, is_unsigned), dy, ex));
                    sum = tvmk_exact(sum +
                                     tvmk_float_weighed(tvmk_float_resize_element(in, first + right + c, is_unsigned), ey, dx));
                    sum = tvmk_exact(
                        sum + tvmk_float_weighed(tvmk_float_resize_element(in, second + right + c, is_unsigned), dy, dx));
                    if (is_unsigned) {
                        /* Halves are rounded up. */
                        ((int8_t *)out)[at] = (int8_t)((int32_t)tvmk_exact(sum + 0.5f) - 128);
                    } else {
                        /* A negative 0 becomes a positive one. */
                        ((float *)out)[at] = tvmk_float_result(sum + 0.0f);
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_float_resize_bilinear(const tvmk_float_resize_bilinear_t *l, const float *in, float *out) {
    tvmk_float_resize_bilinear_as(l, in, out, 0);
}
TVMK_SHARED void tvmk_float_resize_bilinear_unsigned(const tvmk_float_resize_bilinear_t *l, const int8_t *in, int8_t *out) {
    tvmk_float_resize_bilinear_as(l, in, out, 1);
}

#endif
