/* LEAKY_RELU on int8 with one factor above 0 and one below. The output may overwrite the input. */
#ifndef TVMK_TEMPLATE_H
#define TVMK_TEMPLATE_H

#include "base.h"

TVMK_SHARED void tvmk_template(const int8_t *in, int8_t *out, int32_t count, int32_t in_zero, int32_t out_zero, int32_t rising,
                               int32_t rising_shift, int32_t falling, int32_t falling_shift) {
    for (int32_t i = 0; i < count; i++) {
        int32_t x = in[i] - in_zero;
        int32_t y = x >= 0 ? tvmk_multiply(x, rising, rising_shift) : tvmk_multiply(x, falling, falling_shift);
        out[i] = (int8_t)tvmk_clamp(y + out_zero, -128, 127);
    }
}

#endif
