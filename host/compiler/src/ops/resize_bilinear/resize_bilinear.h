/* RESIZE_BILINEAR on int8 and int16: each element is a weighted mean of four, with 20 fractional bits. Output and input do not
 * overlap. */
#ifndef TVMK_RESIZE_BILINEAR_H
#define TVMK_RESIZE_BILINEAR_H

#include "base.h"

typedef struct {
    /* For each row and column of the output two of the input, and the distance from the first, with 10 fractional bits. */
    const int16_t *rows;
    const int16_t *columns;
    int32_t batches, in_height, in_width, out_height, out_width, channels;
} tvmk_resize_bilinear_t;

/* One pixel: `a` and `b` from the first row, `c` and `d` from the second; dy and dx are the distances. */
TVMK_INLINE void tvmk_resize_bilinear_pixel(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d, int32_t dy,
                                            int32_t dx, int8_t *out, int32_t channels) {
    int32_t wd = dy * dx;
    int32_t wc = dy * 1024 - wd;
    int32_t wb = dx * 1024 - wd;
    int32_t wa = (1024 - dy) * 1024 - wb;
    for (int32_t i = 0; i < channels; i++) {
        int32_t sum = a[i] * wa + b[i] * wb + c[i] * wc + d[i] * wd;
        /* Halves away from zero. */
        out[i] = (int8_t)((sum + ((int32_t)1 << 19) + (sum >> 31)) >> 20);
    }
}

/* The same on int16: a mean of each row has 26 bits, a sum of both 36. */
TVMK_INLINE void tvmk_resize_bilinear_pixel_int16(const int16_t *a, const int16_t *b, const int16_t *c, const int16_t *d,
                                                  int32_t dy, int32_t dx, int16_t *out, int32_t channels) {
    for (int32_t i = 0; i < channels; i++) {
        int32_t first = a[i] * (1024 - dx) + b[i] * dx;
        int32_t second = c[i] * (1024 - dx) + d[i] * dx;
        int64_t sum = (int64_t)first * (1024 - dy) + (int64_t)second * dy;
        out[i] = (int16_t)((sum + ((int32_t)1 << 19) + (sum >> 63)) >> 20);
    }
}

/* All pixels of elements of this type. */
#define TVMK_RESIZE_BILINEAR(type, pixel)                                                                               \
    int32_t line = l->in_width * l->channels;                                                                           \
    for (int32_t batch = 0; batch < l->batches; batch++, in += l->in_height * line) {                                   \
        for (int32_t y = 0; y < l->out_height; y++) {                                                                   \
            const int16_t *row = l->rows + 3 * y;                                                                       \
            const type *first = in + row[0] * line;                                                                     \
            const type *second = in + row[1] * line;                                                                    \
            for (int32_t x = 0; x < l->out_width; x++, out += l->channels) {                                            \
                const int16_t *column = l->columns + 3 * x;                                                             \
                int32_t left = column[0] * l->channels;                                                                 \
                int32_t right = column[1] * l->channels;                                                                \
                pixel(first + left, first + right, second + left, second + right, row[2], column[2], out, l->channels); \
            }                                                                                                           \
        }                                                                                                               \
    }

TVMK_SHARED void tvmk_resize_bilinear(const tvmk_resize_bilinear_t *l, const int8_t *in,
                                      int8_t *out){TVMK_RESIZE_BILINEAR(int8_t, tvmk_resize_bilinear_pixel)}

TVMK_SHARED void tvmk_resize_bilinear_int16(const tvmk_resize_bilinear_t *l, const int16_t *in, int16_t *out) {
    TVMK_RESIZE_BILINEAR(int16_t, tvmk_resize_bilinear_pixel_int16)
}

#endif
