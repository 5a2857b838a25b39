/* LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT of bool; any byte except 0 is true. */
#ifndef TVMK_LOGICAL_H
#define TVMK_LOGICAL_H

#include "broadcast.h"

TVMK_SHARED void tvmk_logical_and(const tvmk_broadcast_t *s, const uint8_t *in1, const uint8_t *in2, uint8_t *out) {
    TVMK_BROADCAST_LOOPS(s, uint8_t, in1, in2, out, x != 0 && y != 0)
}

TVMK_SHARED void tvmk_logical_or(const tvmk_broadcast_t *s, const uint8_t *in1, const uint8_t *in2, uint8_t *out) {
    TVMK_BROADCAST_LOOPS(s, uint8_t, in1, in2, out, x != 0 || y != 0)
}

/* The output may overwrite the input. */
TVMK_SHARED void tvmk_logical_not(const uint8_t *in, uint8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = in[i] == 0;
    }
}

#endif
