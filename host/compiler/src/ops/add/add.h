/* ADD on int8: the core's best code for rows, and the loops around it. */
#ifndef TVMK_ADD_H
#define TVMK_ADD_H

#include "broadcast.h"
#include "add_portable.h"
#include "add_dsp.h"
#include "add_mve.h"

/* Two tensors of one shape. Constants are copied to locals: the C compiler must assume that the output overlaps *l. */
TVMK_SHARED void tvmk_add(const tvmk_add_t *layer, const int8_t *in1, const int8_t *in2, int8_t *out, int32_t count) {
    const tvmk_add_t l = *layer;
    tvmk_add_row(&l, in1, 1, in2, 1, out, count);
    tvmk_add_clamp(&l, out, count);
}

/* Inputs that are repeated. */
TVMK_SHARED void tvmk_add_broadcast(const tvmk_add_t *layer, const tvmk_broadcast_t *shapes, const int8_t *in1,
                                    const int8_t *in2, int8_t *out) {
    const tvmk_add_t l = *layer;
    const tvmk_broadcast_t s = *shapes;
    int8_t *first = out;
    TVMK_BROADCAST_ROWS(&s, int8_t, in1, in2, out, tvmk_add_row(&l, row1, s.step1[3], row2, s.step2[3], out, s.shape[3]))
    tvmk_add_clamp(&l, first, (int32_t)(out - first));
}

/* Any shapes and any shift of the output. */
TVMK_INLINE int8_t tvmk_add_one(const tvmk_add_t *l, int32_t x, int32_t y) {
    int32_t doubled = tvmk_add_first(x, l->zero_point1) + tvmk_add_second(l, y);
    int32_t sum = tvmk_multiply(doubled / 2, l->mantissa_out, -l->shift_out) + l->zero_point_out;
    return (int8_t)tvmk_clamp(sum, l->low, l->high);
}
TVMK_SHARED void tvmk_add_general(const tvmk_add_t *l, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2,
                                  int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, tvmk_add_one(l, x, y))
}

#endif
