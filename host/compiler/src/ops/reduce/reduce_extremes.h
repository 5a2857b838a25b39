/* REDUCE_MAX and REDUCE_MIN over any dimensions of int8, and REDUCE_ALL of bool. */
#ifndef TVMK_REDUCE_EXTREMES_H
#define TVMK_REDUCE_EXTREMES_H

#include "reduce.h"

TVMK_SHARED void tvmk_reduce_max_int8(const tvmk_reduce_t *s, const int8_t *in, int8_t *out) {
    TVMK_REDUCE_LOOPS(s, int8_t, in, out, int8_t, -128, value = *p > value ? *p : value, value)
}

TVMK_SHARED void tvmk_reduce_min_int8(const tvmk_reduce_t *s, const int8_t *in, int8_t *out) {
    TVMK_REDUCE_LOOPS(s, int8_t, in, out, int8_t, 127, value = *p < value ? *p : value, value)
}

TVMK_SHARED void tvmk_reduce_all(const tvmk_reduce_t *s, const uint8_t *in, uint8_t *out) {
    TVMK_REDUCE_LOOPS(s, uint8_t, in, out, uint8_t, 1, value = *p == 0 ? 0 : value, value)
}

#endif
