/* ADD on int8: both inputs brought to a common scale at 20 more bits, added, brought to the output's scale.
 *
 * (input − zero point) · 2^20 is below 2^28: nothing can overflow. The output may overwrite an input of its own shape.
 */
#ifndef TVMK_ADD_H
#define TVMK_ADD_H

#include "base.h"

typedef struct {
    int32_t mantissa1, mantissa2, mantissa_out;
    int8_t shift1, shift2, shift_out; /* zero or to the right, as positive numbers */
    int16_t zero_point1, zero_point2, zero_point_out;
    int8_t low, high;
} tvmk_add_t;

TVMK_INLINE int8_t tvmk_add_one(const tvmk_add_t *l, int32_t x1, int32_t x2) {
    int32_t scaled1 = tvmk_divide_by_pot(tvmk_high_mul((x1 - l->zero_point1) * (1 << 20), l->mantissa1), l->shift1);
    int32_t scaled2 = tvmk_divide_by_pot(tvmk_high_mul((x2 - l->zero_point2) * (1 << 20), l->mantissa2), l->shift2);
    int32_t sum = tvmk_divide_by_pot(tvmk_high_mul(scaled1 + scaled2, l->mantissa_out), l->shift_out);
    return (int8_t)tvmk_clamp(sum + l->zero_point_out, l->low, l->high);
}

/* Two tensors of one shape. */
TVMK_SHARED void tvmk_add(const tvmk_add_t *l, const int8_t *in1, const int8_t *in2, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_add_one(l, in1[i], in2[i]);
    }
}

/* Shapes that differ: `shape` is the output's, a step of 0 repeats the input along that dimension. */
typedef struct {
    int32_t shape[4];
    int32_t step1[4], step2[4];
} tvmk_add_broadcast_t;

TVMK_SHARED void tvmk_add_broadcast(const tvmk_add_t *l, const tvmk_add_broadcast_t *b, const int8_t *in1,
                                    const int8_t *in2, int8_t *out) {
    for (int32_t i = 0; i < b->shape[0]; i++) {
        for (int32_t j = 0; j < b->shape[1]; j++) {
            for (int32_t k = 0; k < b->shape[2]; k++) {
                const int8_t *p1 = in1 + i * b->step1[0] + j * b->step1[1] + k * b->step1[2];
                const int8_t *p2 = in2 + i * b->step2[0] + j * b->step2[1] + k * b->step2[2];
                for (int32_t c = 0; c < b->shape[3]; c++) {
                    *out++ = tvmk_add_one(l, *p1, *p2);
                    p1 += b->step1[3];
                    p2 += b->step2[3];
                }
            }
        }
    }
}

#endif
