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

/* Elements of uint8, here 128 less. Halves are rounded up. */
TVMK_SHARED void tvmk_float_resize_bilinear_unsigned(const tvmk_float_resize_bilinear_t *l, const int8_t *in, int8_t *out) {
    int32_t line = l->in_width * l->channels;
    for (int32_t batch = 0; batch < l->batches; batch++, in += l->in_height * line) {
        for (int32_t y = 0; y < l->out_height; y++) {
            const int8_t *first = in + l->rows[2 * y] * line;
            const int8_t *second = in + l->rows[2 * y + 1] * line;
            float dy = l->row_fractions[y];
            float ey = tvmk_exact(1.0f - dy);
            for (int32_t x = 0; x < l->out_width; x++, out += l->channels) {
                int32_t left = l->columns[2 * x] * l->channels;
                int32_t right = l->columns[2 * x + 1] * l->channels;
                float dx = l->column_fractions[x];
                float ex = tvmk_exact(1.0f - dx);
                for (int32_t c = 0; c < l->channels; c++) {
                    float sum = tvmk_float_weighed((float)(first[left + c] + 128), ey, ex);
                    sum = tvmk_exact(sum + tvmk_float_weighed((float)(second[left + c] + 128), dy, ex));
                    sum = tvmk_exact(sum + tvmk_float_weighed((float)(first[right + c] + 128), ey, dx));
                    sum = tvmk_exact(sum + tvmk_float_weighed((float)(second[right + c] + 128), dy, dx));
                    out[c] = (int8_t)((int32_t)tvmk_exact(sum + 0.5f) - 128);
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_float_resize_bilinear(const tvmk_float_resize_bilinear_t *l, const float *in, float *out) {
    int32_t line = l->in_width * l->channels;
    for (int32_t batch = 0; batch < l->batches; batch++, in += l->in_height * line) {
        for (int32_t y = 0; y < l->out_height; y++) {
            const float *first = in + l->rows[2 * y] * line;
            const float *second = in + l->rows[2 * y + 1] * line;
            float dy = l->row_fractions[y];
            float ey = tvmk_exact(1.0f - dy);
            for (int32_t x = 0; x < l->out_width; x++, out += l->channels) {
                int32_t left = l->columns[2 * x] * l->channels;
                int32_t right = l->columns[2 * x + 1] * l->channels;
                float dx = l->column_fractions[x];
                float ex = tvmk_exact(1.0f - dx);
                for (int32_t c = 0; c < l->channels; c++) {
                    float sum = tvmk_float_weighed(first[left + c], ey, ex);
                    sum = tvmk_exact(sum + tvmk_float_weighed(second[left + c], dy, ex));
                    sum = tvmk_exact(sum + tvmk_float_weighed(first[right + c], ey, dx));
                    sum = tvmk_exact(sum + tvmk_float_weighed(second[right + c], dy, dx));
                    /* A negative 0 becomes a positive one. */
                    out[c] = tvmk_float_result(sum + 0.0f);
                }
            }
        }
    }
}

#endif
