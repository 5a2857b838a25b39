/* CIRCULAR_BUFFER: the last slots of a stream. The output keeps them from run to run. */
#ifndef TVMK_CIRCULAR_BUFFER_H
#define TVMK_CIRCULAR_BUFFER_H

#include "base.h"

TVMK_SHARED void tvmk_circular_buffer(const int8_t *in, int8_t *out, int32_t slots, int32_t depth) {
    const size_t before = (size_t)(slots - 1) * (size_t)depth;
    memmove(out, out + depth, before);
    memcpy(out + before, in, (size_t)depth);
}

/* Whether a cycle of this many runs ends; `left` counts down. */
TVMK_INLINE uint8_t tvmk_circular_buffer_ready(int32_t *left, int32_t cycle) {
    const uint8_t ready = --*left <= 0;
    if (ready) {
        *left = cycle;
    }
    return ready;
}

#endif
