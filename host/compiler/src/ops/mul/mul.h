/* MUL: product of two int8 tensors, requantised. */
#ifndef TVMK_MUL_H
#define TVMK_MUL_H

#include "broadcast.h"
#include "mul_portable.h"
#include "mul_dsp.h"
#include "mul_mve.h"

/* Shifts of -22 to -1. The output may overwrite an input of its own shape. */
TVMK_SHARED void tvmk_mul(const tvmk_mul_t *layer, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2,
                          int8_t *out) {
    tvmk_mul_t l = *layer;
    tvmk_broadcast_t b = *s;
    if (b.step2[3] == 0) {
        /* The second input has elements along rows, the first has them or is repeated. */
        const int8_t *in = in1;
        in1 = in2, in2 = in;
        l.zero_point1 = layer->zero_point2, l.zero_point2 = layer->zero_point1;
        memcpy(b.step1, s->step2, sizeof b.step1);
        memcpy(b.step2, s->step1, sizeof b.step2);
    }
    int8_t *first = out;
    TVMK_BROADCAST_ROWS(&b, int8_t, in1, in2, out, tvmk_mul_row(&l, row1, b.step1[3], row2, out, b.shape[3]))
    tvmk_mul_clamp(&l, first, (int32_t)(out - first));
}

/* Any shifts. */
TVMK_SHARED void tvmk_mul_general(const tvmk_mul_t *l, const tvmk_broadcast_t *s, const int8_t *in1, const int8_t *in2,
                                  int8_t *out) {
    TVMK_BROADCAST_LOOPS(s, int8_t, in1, in2, out, tvmk_mul_one(l, x, y))
}

#endif
