/* ABS on int16 with zero points of 0. The output may overwrite the input. */
#ifndef TVMK_ABS_H
#define TVMK_ABS_H

#include "base.h"

/* By a factor; a mantissa of 0 means no factor, for equal scales. */
TVMK_SHARED void tvmk_abs_int16(const int16_t *in, int16_t *out, int32_t count, int32_t mantissa, int32_t shift) {
    for (int32_t i = 0; i < count; i++) {
        int32_t x = in[i] < 0 ? -(int32_t)in[i] : in[i];
        out[i] = (int16_t)tvmk_min(mantissa == 0 ? x : tvmk_multiply(x, mantissa, shift), 32767);
    }
}

/* Of numbers without a scale: the lowest is not changed. */
TVMK_SHARED void tvmk_abs_plain_int16(const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] < 0 && in[i] > -32768 ? (int16_t)-in[i] : in[i];
    }
}

#endif
