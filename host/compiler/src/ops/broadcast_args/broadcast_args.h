/* BROADCAST_ARGS: the shape that two shapes broadcast to. Nothing may overlap. */
#ifndef TVMK_BROADCAST_ARGS_H
#define TVMK_BROADCAST_ARGS_H

#include "base.h"

/* -1 where two dimensions differ and none is 1. Dimensions of int64 are truncated to int32, as in the reference. */
#define TVMK_BROADCAST_ARGS(type)                                                                                          \
    TVMK_SHARED int32_t tvmk_broadcast_args_##type(const type##_t *a, int32_t count_a, const type##_t *b, int32_t count_b, \
                                                   type##_t *out) {                                                        \
        int32_t count = tvmk_max(count_a, count_b);                                                                        \
        for (int32_t i = 1; i <= count; i++) {                                                                             \
            int32_t x = i <= count_a ? (int32_t)a[count_a - i] : 1;                                                        \
            int32_t y = i <= count_b ? (int32_t)b[count_b - i] : 1;                                                        \
            if (x != 1 && y != 1 && x != y) {                                                                              \
                return -1;                                                                                                 \
            }                                                                                                              \
            out[count - i] = x == 1 ? y : x;                                                                               \
        }                                                                                                                  \
        return 0;                                                                                                          \
    }

TVMK_BROADCAST_ARGS(int32)
TVMK_BROADCAST_ARGS(int64)

#endif
