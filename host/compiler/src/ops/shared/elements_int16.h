/* Operators on single elements of int16 whose zero points are 0. An output of an input's shape may overwrite it. */
#ifndef TVMK_ELEMENTS_INT16_H
#define TVMK_ELEMENTS_INT16_H

#include "broadcast.h"

/* ADD and SUB: inputs with 15 more bits, brought to a common scale; shifts zero or to the right, as positive numbers.
 * MUL: the last factor only; its shift may not be to the left either. */
typedef struct {
    int32_t mantissa1, mantissa2, mantissa_out;
    int8_t shift1, shift2, shift_out;
    int16_t low, high;
} tvmk_elements_int16_t;

TVMK_INLINE int32_t tvmk_int16_scaled(int32_t x, int32_t mantissa, int32_t shift) {
    return tvmk_divide_by_pot(tvmk_high_mul(x, mantissa), shift);
}

/* 2^15 times an input is at most 2^30 in magnitude, a scaled one at most half of that. */
TVMK_INLINE int16_t tvmk_int16_sum(const tvmk_elements_int16_t *l, int32_t x, int32_t y, int32_t sign) {
    int32_t x1 = tvmk_int16_scaled(x * (INT32_C(1) << 15), l->mantissa1, l->shift1);
    int32_t x2 = tvmk_int16_scaled(y * (INT32_C(1) << 15), l->mantissa2, l->shift2);
    return (int16_t)tvmk_clamp(tvmk_int16_scaled(x1 + sign * x2, l->mantissa_out, l->shift_out), l->low, l->high);
}

TVMK_SHARED void tvmk_add_int16(const tvmk_elements_int16_t *l, const tvmk_broadcast_t *s, const int16_t *in1,
                                const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, tvmk_int16_sum(l, x, y, 1))
}

TVMK_SHARED void tvmk_sub_int16(const tvmk_elements_int16_t *l, const tvmk_broadcast_t *s, const int16_t *in1,
                                const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, tvmk_int16_sum(l, x, y, -1))
}

TVMK_INLINE int16_t tvmk_int16_product(const tvmk_elements_int16_t *l, int32_t x, int32_t y) {
    return (int16_t)tvmk_clamp(tvmk_int16_scaled(x * y, l->mantissa_out, l->shift_out), l->low, l->high);
}

TVMK_SHARED void tvmk_mul_int16(const tvmk_elements_int16_t *l, const tvmk_broadcast_t *s, const int16_t *in1,
                                const int16_t *in2, int16_t *out) {
    TVMK_BROADCAST_LOOPS(s, int16_t, in1, in2, out, tvmk_int16_product(l, x, y))
}

/* RELU and LEAKY_RELU: a factor from 0 on and one below it; `sign` -1 negates the latter's result. */
typedef struct {
    int32_t mantissa, shift;
    int32_t mantissa_below, shift_below, sign;
} tvmk_relu_int16_t;

TVMK_SHARED void tvmk_relu_int16(const tvmk_relu_int16_t *l, const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        int32_t x = in[i];
        int32_t y =
            x < 0 ? l->sign * tvmk_multiply(x, l->mantissa_below, l->shift_below) : tvmk_multiply(x, l->mantissa, l->shift);
        out[i] = (int16_t)tvmk_clamp_int16(y);
    }
}

/* RELU6: elements above `high` become `high`, even if `low` is above it. */
typedef struct {
    int16_t low, high;
} tvmk_relu6_int16_t;

TVMK_SHARED void tvmk_relu6_int16(const tvmk_relu6_int16_t *l, const int16_t *in, int16_t *out, int32_t count) {
    int32_t low = l->low, high = l->high;
    for (int32_t i = 0; i < count; i++) {
        int32_t x = in[i];
        x = x > high ? high : x < low ? low : x;
        out[i] = (int16_t)x;
    }
}

/* LOGISTIC and TANH: the argument is input · multiplier / 2^shift; `table` has 65536 · sigmoid(i / 24). */
typedef struct {
    const uint16_t *table;
    int32_t multiplier, shift;
} tvmk_sigmoid_int16_t;

TVMK_INLINE int32_t tvmk_sigmoid_argument(const tvmk_sigmoid_int16_t *l, int32_t x) {
    int32_t half = l->shift > 0 ? INT32_C(1) << (l->shift - 1) : 0;
    return (x * l->multiplier + half) >> l->shift;
}

/* Between two entries of the table, with `bits` more bits. */
TVMK_INLINE int32_t tvmk_sigmoid_between(const uint16_t *table, int32_t magnitude, int32_t bits, int32_t most) {
    int32_t i = magnitude >> bits;
    if (i >= 255) {
        return most;
    }
    int32_t below = table[i];
    int32_t rest = magnitude & ((INT32_C(1) << bits) - 1);
    return below * (INT32_C(1) << bits) + rest * (table[i + 1] - below);
}

/* Of an argument in steps of 1 / (3 · 4096); below 0 the complement (the sign is all ones). */
TVMK_INLINE int32_t tvmk_logistic_int16_at(const uint16_t *table, int32_t x) {
    int32_t sign = x >> 31;
    int32_t y = tvmk_sigmoid_between(table, (x ^ sign) - sign, 9, INT32_C(0x7FFF) << 10);
    return ((y ^ sign) + 512 - sign * (INT32_C(1) << 25)) >> 10;
}

TVMK_INLINE int32_t tvmk_tanh_int16_at(const uint16_t *table, int32_t x) {
    int32_t sign = x >> 31;
    int32_t y = tvmk_sigmoid_between(table, (x ^ sign) - sign, 8, INT32_C(0xFFFF) << 8) - (INT32_C(1) << 23);
    return ((y ^ sign) + 128) >> 8;
}

TVMK_INLINE int32_t tvmk_logistic_int16_of(const tvmk_sigmoid_int16_t *l, int32_t in) {
    return tvmk_logistic_int16_at(l->table, tvmk_sigmoid_argument(l, in));
}

TVMK_INLINE int32_t tvmk_tanh_int16_of(const tvmk_sigmoid_int16_t *l, int32_t in) {
    return tvmk_tanh_int16_at(l->table, tvmk_sigmoid_argument(l, in));
}

TVMK_SHARED void tvmk_logistic_int16(const tvmk_sigmoid_int16_t *l, const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = (int16_t)tvmk_logistic_int16_of(l, in[i]);
    }
}

TVMK_SHARED void tvmk_tanh_int16(const tvmk_sigmoid_int16_t *l, const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = (int16_t)tvmk_tanh_int16_of(l, in[i]);
    }
}

#endif
