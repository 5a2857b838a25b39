/* ARG_MAX and ARG_MIN of int8: the position of the largest or smallest element along a dimension, the first of several. */
#ifndef TVMK_ARG_MAX_MIN_H
#define TVMK_ARG_MAX_MIN_H

#include "base.h"

#define TVMK_ARG_LOOPS(type, in, out, outer, count, inner, read, beyond) \
    for (int32_t i = 0; i < (outer); i++, (in) += (count) * (inner)) {   \
        for (int32_t j = 0; j < (inner); j++) {                          \
            const type *p = (in) + j;                                    \
            type best = *p;                                              \
            int32_t place = 0;                                           \
            for (int32_t k = 1; k < (count); k++) {                      \
                p += (inner);                                            \
                if (read(*p) beyond best) {                              \
                    best = *p;                                           \
                    place = k;                                           \
                }                                                        \
            }                                                            \
            *(out)++ = place;                                            \
        }                                                                \
    }

TVMK_SHARED void tvmk_arg_max_int8(const int8_t *in, int32_t *out, int32_t outer, int32_t count, int32_t inner) {
    TVMK_ARG_LOOPS(int8_t, in, out, outer, count, inner, , >)
}

TVMK_SHARED void tvmk_arg_min_int8(const int8_t *in, int32_t *out, int32_t outer, int32_t count, int32_t inner) {
    TVMK_ARG_LOOPS(int8_t, in, out, outer, count, inner, , <)
}

#endif
