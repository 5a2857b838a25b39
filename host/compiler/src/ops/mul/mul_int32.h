/* MUL of int32 without scale; products wrap. The output may overwrite an input of its own shape. */
#ifndef TVMK_MUL_INT32_H
#define TVMK_MUL_INT32_H

#include "broadcast.h"

TVMK_SHARED void tvmk_mul_int32(const tvmk_broadcast_t *s, const int32_t *in1, const int32_t *in2, int32_t *out, int32_t low,
                                int32_t high) {
    TVMK_BROADCAST_LOOPS(s, int32_t, in1, in2, out, tvmk_clamp((int32_t)((uint32_t)x * (uint32_t)y), low, high))
}

#endif
