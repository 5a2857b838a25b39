/* gemmlowp's fixed-point functions, bit for bit, where a table is not possible. */
#ifndef TVMK_FIXED_POINT_H
#define TVMK_FIXED_POINT_H

#include "base.h"

/* Zeros above the highest bit; x is not 0. */
TVMK_INLINE int32_t tvmk_zeros(int32_t x) {
#if TVMK_GNU
    return (int32_t)__builtin_clzll((unsigned long long)x) - 32;
#else
    int32_t zeros = 0;
    for (uint32_t bits = (uint32_t)x; !(bits >> 31); bits <<= 1) {
        zeros++;
    }
    return zeros;
#endif
}

/* x · 2^by, saturated to int32. */
TVMK_INLINE int32_t tvmk_saturating_left(int32_t x, int32_t by) {
    int64_t y = (int64_t)x * ((int64_t)1 << by);
    return y > INT32_MAX ? INT32_MAX : y < INT32_MIN ? INT32_MIN : (int32_t)y;
}

/* GetInvSqrtQuantizedMultiplierExp: 1 / sqrt(x) as a mantissa, and its shift to the left; 0 counts as 1. */
TVMK_SHARED int32_t tvmk_inverse_square_root(int32_t x, int32_t *shift) {
    int32_t right = 11;
    *shift = 0;
    if (x <= 1) {
        return INT32_MAX;
    }
    while (x >= (int32_t)1 << 29) {
        x /= 4;
        right++;
    }
    int32_t pairs = (tvmk_zeros(x) - 1) / 2 - 1;
    right -= pairs;
    int32_t half = tvmk_divide_by_pot((x << (2 * pairs)) >> 1, 1);
    /* Five steps of Newton and Raphson from 1, with 28 fractional bits. */
    int32_t y = (int32_t)1 << 28;
    for (int32_t i = 0; i < 5; i++) {
        int32_t cube = tvmk_saturating_left(tvmk_high_mul(tvmk_high_mul(y, y), y), 6);
        y = tvmk_saturating_left(tvmk_high_mul((int32_t)3 << 27, y) - tvmk_high_mul(half, cube), 3);
    }
    y = tvmk_high_mul(y, INT32_C(1518500250)); /* sqrt(1/2) */
    if (right < 0) {
        return y << -right;
    }
    *shift = -right;
    return y;
}

/* one_over_one_plus_x_for_x_in_0_1, with 31 fractional bits: three steps of Newton for 1 / half with 29, from 48/17 - 32/17 · half.
 * The error is at most 1/17, so that only the last step can saturate. */
TVMK_SHARED int32_t tvmk_one_over_one_plus(int32_t x) {
    int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) >> 1);
    int32_t y = INT32_C(1515870810) + tvmk_high_mul(half, -INT32_C(1010580540));
    for (int32_t i = 0; i < 3; i++) {
        int32_t error = ((int32_t)1 << 29) - tvmk_high_mul(half, y);
        y += (int32_t)((uint32_t)tvmk_high_mul(y, error) << 2);
    }
    return y >= (int32_t)1 << 30 ? INT32_MAX : (int32_t)((uint32_t)y << 1);
}

/* log_x_for_x_greater_than_or_equal_to_1 of 12 integer bits; the result has 5, and 26 fractional ones. */
TVMK_SHARED int32_t tvmk_fixed_log(int32_t x) {
    const int32_t root = INT32_C(1518500250);      /* sqrt(1/2) */
    const int32_t root_root = INT32_C(1805811301); /* sqrt(sqrt(1/2)) */
    const int32_t quarter = (int32_t)1 << 23;      /* 1/4 with 25 fractional bits */
    int32_t zeros_a = tvmk_zeros(x);
    int32_t zeros_b = tvmk_zeros(tvmk_high_mul(x, root)) - 1;
    int32_t a = tvmk_saturating_left(tvmk_high_mul(tvmk_saturating_left(x, zeros_a - 1), root), 1);
    int32_t r = tvmk_min(a, tvmk_saturating_left(x, zeros_b));
    int32_t power = tvmk_max((12 - zeros_a) * ((int32_t)1 << 25) + quarter, (12 - zeros_b) * ((int32_t)1 << 25) - quarter);
    int32_t p = (int32_t)(((int64_t)r + root_root + 1) / 2);
    int32_t q = 2 * (r - root_root);
    int32_t square = tvmk_high_mul(q, q);
    int32_t top = tvmk_high_mul(q, r) + tvmk_high_mul(tvmk_high_mul(q, square), INT32_C(117049297));
    int32_t below = INT32_C(1057819769) + q + tvmk_high_mul(INT32_C(127690142), square);
    below = tvmk_high_mul(p, below) + tvmk_high_mul(INT32_C(638450708), q);
    int32_t fraction = tvmk_high_mul(tvmk_divide_by_pot(top, 6), tvmk_one_over_one_plus(below));
    return tvmk_saturating_left(tvmk_high_mul(power, INT32_C(1488522236)) + fraction, 1); /* log(2) */
}

#endif
