/* CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV on int16, weights of int8. Output must not overlap the input. */
#ifndef TVMK_WEIGHTED_INT16_H
#define TVMK_WEIGHTED_INT16_H

#include "window_int16.h"
#include "weighted_int16_dsp.h"
#include "weighted_int16_mve.h"
#include "weighted_int16_portable.h"

/* Rows of positions with equal steps, `group` channels at a time; see the paths for the weights and scratch. */
TVMK_INLINE void tvmk_int16_convolution(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int16_t *scratch,
                                        int form) {
    int flat = l->out_row == (int32_t)l->out_width * l->out_column;
    int32_t rows = flat ? 1 : l->out_height;
    int32_t columns = flat ? (int32_t)l->out_height * l->out_width : l->out_width;
    for (int32_t b = 0; b < l->batches; b++, out += l->out_batch) {
        for (int32_t y = 0; y < rows; y++) {
            int16_t *to = out + y * l->out_row;
            for (int32_t x = 0; x < columns; x += TVMK_INT16_POSITIONS, to += TVMK_INT16_POSITIONS * l->out_column) {
                int32_t count = tvmk_min(columns - x, TVMK_INT16_POSITIONS);
                tvmk_int16_positions(l, in, y * columns + x, count, to, scratch, form);
            }
        }
        in += (int32_t)l->in_height * l->in_width * l->in_channels;
    }
}

#define TVMK_INT16_CONVOLUTION(name, form)                                                                   \
    TVMK_SHARED void name(const tvmk_int16_window_t *l, const int16_t *in, int16_t *out, int16_t *scratch) { \
        tvmk_int16_convolution(l, in, out, scratch, form);                                                   \
    }

TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16, TVMK_INT16_SHORT)
TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16_wide, TVMK_INT16_WIDE)
TVMK_INT16_CONVOLUTION(tvmk_conv_2d_int16_int32, TVMK_INT16_INT32)

#endif
