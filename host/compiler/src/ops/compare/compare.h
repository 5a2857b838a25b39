/* Comparisons of two tensors to bool: EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL. */
#ifndef TVMK_COMPARE_H
#define TVMK_COMPARE_H

#include "broadcast.h"

/* Elements with a scale are compared as (x − zero_point) · 256 · scale, rounded: with small scales different elements may compare equal. */
typedef struct {
    int32_t mantissa1, mantissa2;
    int32_t shift1, shift2; /* 0 or less */
    int32_t zero_point1, zero_point2;
} tvmk_compare_t;

TVMK_INLINE int32_t tvmk_compare_scaled(int32_t x, int32_t zero_point, int32_t mantissa, int32_t shift) {
    return tvmk_multiply((x - zero_point) * 256, mantissa, shift);
}

#define TVMK_COMPARE_SCALED(name, relation, element)                                                                \
    TVMK_SHARED void tvmk_##name##_scaled_##element(const tvmk_compare_t *l, const tvmk_broadcast_t *s,             \
                                                    const element##_t *in1, const element##_t *in2, uint8_t *out) { \
        TVMK_BROADCAST_LOOPS(s, element##_t, in1, in2, out,                                                         \
                             tvmk_compare_scaled(x, l->zero_point1, l->mantissa1, l->shift1)                        \
                                 relation tvmk_compare_scaled(y, l->zero_point2, l->mantissa2, l->shift2))          \
    }

#define TVMK_COMPARE(name, relation, element)                                                                           \
    TVMK_SHARED void tvmk_##name##_##element(const tvmk_broadcast_t *s, const element##_t *in1, const element##_t *in2, \
                                             uint8_t *out) {                                                            \
        TVMK_BROADCAST_LOOPS(s, element##_t, in1, in2, out, x relation y)                                               \
    }

#define TVMK_COMPARE_ALL(name, relation)      \
    TVMK_COMPARE_SCALED(name, relation, int8) \
    TVMK_COMPARE(name, relation, int32)       \
    TVMK_COMPARE(name, relation, int64)

TVMK_COMPARE_ALL(equal, ==)
TVMK_COMPARE_ALL(not_equal, !=)
TVMK_COMPARE_ALL(greater, >)
TVMK_COMPARE_ALL(greater_equal, >=)
TVMK_COMPARE_ALL(less, <)
TVMK_COMPARE_ALL(less_equal, <=)

TVMK_SHARED void tvmk_equal_bool(const tvmk_broadcast_t *s, const uint8_t *in1, const uint8_t *in2, uint8_t *out) {
    TVMK_BROADCAST_LOOPS(s, uint8_t, in1, in2, out, (x != 0) == (y != 0))
}

TVMK_SHARED void tvmk_not_equal_bool(const tvmk_broadcast_t *s, const uint8_t *in1, const uint8_t *in2, uint8_t *out) {
    TVMK_BROADCAST_LOOPS(s, uint8_t, in1, in2, out, (x != 0) != (y != 0))
}

#endif
