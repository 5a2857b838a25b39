/* DIV of int32, towards zero. */
#ifndef TVMK_DIV_H
#define TVMK_DIV_H

#include "broadcast.h"

TVMK_INLINE int32_t tvmk_div_one(int32_t x, int32_t y, int32_t *status) {
    if (y == 0 || (y == -1 && x == INT32_MIN)) {
        *status = -1;
        return 0;
    }
    return x / y;
}

/* -1 if a quotient does not exist or does not fit int32; the element is then 0. */
TVMK_SHARED int32_t tvmk_div(const tvmk_broadcast_t *s, const int32_t *in1, const int32_t *in2, int32_t *out, int32_t low,
                             int32_t high) {
    int32_t status = 0;
    TVMK_BROADCAST_LOOPS(s, int32_t, in1, in2, out, tvmk_clamp(tvmk_div_one(x, y, &status), low, high))
    return status;
}

#endif
