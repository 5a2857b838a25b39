/* RSQRT on int8, by a table, of inputs that may be negative, and on int16. The output may overwrite the input. */
#ifndef TVMK_RSQRT_H
#define TVMK_RSQRT_H

#include "fixed_point.h"

/* -1 at the first input below `lowest`, the zero point; the rest of `out` is not changed. */
TVMK_SHARED int32_t tvmk_rsqrt_int8(const uint8_t *table, const int8_t *in, uint8_t *out, int32_t count, int32_t lowest) {
    for (int32_t i = 0; i < count; i++) {
        if (in[i] < lowest) {
            return -1;
        }
        out[i] = table[(uint8_t)in[i]];
    }
    return 0;
}

/* The same without a table: 1 / sqrt with 20 more bits, times a factor. */
TVMK_SHARED int32_t tvmk_rsqrt_int16(const int16_t *in, int16_t *out, int32_t count, int32_t mantissa, int32_t shift) {
    for (int32_t i = 0; i < count; i++) {
        if (in[i] < 0) {
            return -1;
        }
        int32_t y = INT16_MAX;
        if (in[i] != 0) {
            int32_t left;
            int32_t root = tvmk_inverse_square_root(in[i], &left);
            y = tvmk_min(tvmk_multiply(tvmk_multiply(1, root, left + 20), mantissa, shift - 20), INT16_MAX);
        }
        out[i] = (int16_t)y;
    }
    return 0;
}

#endif
