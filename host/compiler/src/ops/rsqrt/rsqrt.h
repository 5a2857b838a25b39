/* RSQRT on int8, by a table, of inputs that may be negative. The output may overwrite the input. */
#ifndef TVMK_RSQRT_H
#define TVMK_RSQRT_H

#include "base.h"

/* -1 at the first input below `lowest`, the zero point; the rest of `out` is not changed. */
TVMK_SHARED int32_t tvmk_rsqrt(const uint8_t *table, const int8_t *in, uint8_t *out, int32_t count, int32_t lowest) {
    for (int32_t i = 0; i < count; i++) {
        if (in[i] < lowest) {
            return -1;
        }
        out[i] = table[(uint8_t)in[i]];
    }
    return 0;
}

#endif
