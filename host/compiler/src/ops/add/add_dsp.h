/* ADD on int8 with the DSP extension. */
#ifndef TVMK_ADD_DSP_H
#define TVMK_ADD_DSP_H

#include "add_portable.h"
#include "dsp_bytes.h"

#if TVMK_DSP

/* The next byte. Compilers would increment three pointers separately. */
TVMK_INLINE int32_t tvmk_next(const int8_t **p, int32_t step) {
    int32_t x;
    if (__builtin_constant_p(step) && step == 1) {
        __asm__ volatile("ldrsb %0, [%1], #1" : "=r"(x), "+r"(*p) : : "memory");
    } else {
        x = **p;
        *p += step;
    }
    return x;
}

/* The constants for one element. Shifts are below 32. */
typedef struct {
    int32_t offset1, offset2; /* minus the zero points, the first 2^20 times, the second 2^21 times */
    int32_t mantissa2, rounding2, shift2;
    int32_t mantissa, rounding, shift;
} tvmk_add_terms_t;

/* From the next element of both inputs to a byte that is not clamped yet. */
TVMK_INLINE void tvmk_add_next(const tvmk_add_terms_t *t, const int8_t **in1, int32_t step1, const int8_t **in2, int32_t step2,
                               int8_t **out) {
    int32_t doubled = t->offset1 + tvmk_next(in1, step1) * (INT32_C(1) << 20);
    int32_t second = t->offset2 + tvmk_next(in2, step2) * (INT32_C(1) << 21);
    doubled += 2 * (tvmk_scale_doubled(second, t->mantissa2, t->rounding2) >> t->shift2);
    int32_t y = tvmk_byte(tvmk_scale_doubled(doubled, t->mantissa, t->rounding) >> t->shift);
    __asm__ volatile("strb %1, [%0], #1" : "+r"(*out) : "r"(y) : "memory");
}

/* n sums of every `step1`-th and every `step2`-th element, not clamped yet. */
TVMK_INLINE void tvmk_add_row(const tvmk_add_t *l, const int8_t *in1, int32_t step1, const int8_t *in2, int32_t step2,
                              int8_t *out, int32_t n) {
    int32_t rounding = (2 * l->zero_point_out + 1) * (INT32_C(1) << (l->shift_out - 1));
    const int8_t *end = out + n;
    if (l->shift2 == 0) {
        int32_t offset = -(l->zero_point1 + l->zero_point2) * (INT32_C(1) << 20);
        while (out != end) {
            int32_t doubled = (tvmk_next(&in1, step1) + tvmk_next(&in2, step2)) * (INT32_C(1) << 20) + offset;
            *out++ = (int8_t)tvmk_byte(tvmk_scale_doubled(doubled, l->mantissa_out, rounding) >> l->shift_out);
        }
        return;
    }
    tvmk_add_terms_t t = {-l->zero_point1 * (INT32_C(1) << 20),
                          -l->zero_point2 * (INT32_C(1) << 21),
                          l->mantissa2,
                          INT32_C(1) << (l->shift2 - 1),
                          l->shift2,
                          l->mantissa_out,
                          rounding,
                          l->shift_out};
    /* In registers: a compiler would add known constants with separate instructions. */
    __asm__("" : "+r"(t.offset1), "+r"(t.offset2));
    for (; n % 4 != 0; n--) {
        tvmk_add_next(&t, &in1, step1, &in2, step2, &out);
    }
    while (out != end) {
        tvmk_add_next(&t, &in1, step1, &in2, step2, &out);
        tvmk_add_next(&t, &in1, step1, &in2, step2, &out);
        tvmk_add_next(&t, &in1, step1, &in2, step2, &out);
        tvmk_add_next(&t, &in1, step1, &in2, step2, &out);
    }
}

/* Brings n bytes into the layer's range. */
TVMK_INLINE void tvmk_add_clamp(const tvmk_add_t *l, int8_t *out, int32_t n) { tvmk_clamp_bytes(out, n, l->low, l->high); }

#endif

#endif
