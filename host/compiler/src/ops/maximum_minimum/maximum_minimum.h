/* MAXIMUM and MINIMUM of two tensors, as stored: both inputs and the output have the same quantisation. */
#ifndef TVMK_MAXIMUM_MINIMUM_H
#define TVMK_MAXIMUM_MINIMUM_H

#include "broadcast.h"

TVMK_SHARED void tvmk_maximum_int8(const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2, int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, x > y ? x : y)
}

TVMK_SHARED void tvmk_minimum_int8(const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2, int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, x < y ? x : y)
}

TVMK_SHARED void tvmk_maximum_int32(const tvmk_broadcast_t *s, const int32_t *in1, const int32_t *in2, int32_t *out) {
    TVMK_BROADCAST_LOOPS(s, int32_t, in1, in2, out, x > y ? x : y)
}

TVMK_SHARED void tvmk_minimum_int32(const tvmk_broadcast_t *s, const int32_t *in1, const int32_t *in2, int32_t *out) {
    TVMK_BROADCAST_LOOPS(s, int32_t, in1, in2, out, x < y ? x : y)
}

TVMK_SHARED void tvmk_maximum_int16(const tvmk_broadcast_t *s, const int16_t *in1, const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, x > y ? x : y)
}

TVMK_SHARED void tvmk_minimum_int16(const tvmk_broadcast_t *s, const int16_t *in1, const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, x < y ? x : y)
}

TVMK_SHARED void tvmk_maximum_int64(const tvmk_broadcast_t *s, const int64_t *in1, const int64_t *in2, int64_t *out) {
    TVMK_BROADCAST_LOOPS(s, int64_t, in1, in2, out, x > y ? x : y)
}

TVMK_SHARED void tvmk_minimum_int64(const tvmk_broadcast_t *s, const int64_t *in1, const int64_t *in2, int64_t *out) {
    TVMK_BROADCAST_LOOPS(s, int64_t, in1, in2, out, x < y ? x : y)
}

#endif
