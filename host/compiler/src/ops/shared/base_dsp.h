/* The functions of base.h with the DSP extension; and words of bytes and halfwords, their widening and their products. */
#ifndef TVMK_BASE_DSP_H
#define TVMK_BASE_DSP_H

#include "core.h"

#if TVMK_DSP

/* a · factor / 2^32, halves up. */
TVMK_INLINE int32_t tvmk_scale_high(int32_t a, int32_t factor) {
    int32_t y;
    __asm__("smmulr %0, %1, %2" : "=r"(y) : "r"(a), "r"(factor));
    return y;
}

/* High word of a · mantissa + 2^31, sign of a, rounding. */
TVMK_INLINE int32_t tvmk_scale_doubled(int32_t a, int32_t mantissa, int32_t rounding) {
    int32_t t;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(t) : "r"(a), "r"(mantissa), "r"(rounding));
    return t + (a >> 31);
}

/* In the range of int16. */
TVMK_INLINE int32_t tvmk_clamp_int16(int32_t x) {
    int32_t r;
    __asm__("ssat %0, #16, %1" : "=r"(r) : "r"(x) : "cc");
    return r;
}

/* Four bytes from any address. */
TVMK_INLINE uint32_t tvmk_load4(const int8_t *p) {
    uint32_t w;
    memcpy(&w, p, 4);
    return w;
}
/* Two halfwords from any even address. */
TVMK_INLINE int32_t tvmk_load_pair(const int16_t *p) {
    int32_t w;
    memcpy(&w, p, 4);
    return w;
}
/* Bytes 0 and 2, and bytes 1 and 3, each sign-extended to a halfword. */
TVMK_INLINE int32_t tvmk_widen_even(uint32_t w) {
    int32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(w));
    return r;
}
TVMK_INLINE int32_t tvmk_widen_odd(uint32_t w) {
    int32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(w));
    return r;
}
/* acc + a.low · b.low + a.high · b.high */
TVMK_INLINE int32_t tvmk_mla2(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}

/* acc + a.low · b.low, acc + a.high · b.high */
TVMK_INLINE int32_t tvmk_mla_low(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}
TVMK_INLINE int32_t tvmk_mla_high(int32_t a, int32_t b, int32_t acc) {
    int32_t r;
    __asm__("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}

/* Widens n adjacent bytes into ceil(n / 2) pairs of halfwords, `stride` words apart, in the order of the packed weights: of
 * each four bytes first 0 and 2, then 1 and 3. If n leaves a halfword over, its weight is 0. */
TVMK_INLINE int32_t *tvmk_widen_run(int32_t *pairs, const int8_t *x, int32_t n, int32_t stride) {
    for (; n >= 4; n -= 4, x += 4, pairs += 2 * stride) {
        uint32_t w = tvmk_load4(x);
        pairs[0] = tvmk_widen_even(w);
        pairs[stride] = tvmk_widen_odd(w);
    }
    if (n > 0) {
        uint32_t second = n == 2 ? (uint32_t)x[1] << 16 : n == 3 ? (uint32_t)x[2] << 16 : 0;
        *pairs = (int32_t)(second | ((uint32_t)x[0] & 0xFFFFu));
        pairs += stride;
        if (n == 3) {
            *pairs = x[1];
            pairs += stride;
        }
    }
    return pairs;
}

#endif

#endif
