/* Sums of products of one vector of int8 with rows of weights, for operators that go on with 32 bits: LSTM. */
#ifndef TVMK_UNIT_SUMS_H
#define TVMK_UNIT_SUMS_H

#include "base.h"
#include "dsp_units.h"

/* Rows of weights that `tvmk_unit_sums` gets: as in the file; with TVMK_DSP int16_t, packed, unless `packed` is 0. */
typedef struct {
    const void *weights;
    int32_t inputs;
    int32_t packed;
} tvmk_unit_rows_t;

#if TVMK_MVE
/* Four rows a pass, 10 instructions for 64 multiplications, as tvmk_mve_position. */
TVMK_INLINE void tvmk_unit_sums_four(const int8_t *x, const int8_t *w0, int32_t inputs, int32_t *sums) {
    const int8_t *w1 = w0 + inputs, *w2 = w1 + inputs, *w3 = w2 + inputs;
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    __asm__ volatile(
        "dlstp.8 lr, %[inputs]\n"
        "1:\n"
        "vldrb.8 q0, [%[x]], #16\n"
        "vldrb.8 q1, [%[w0]], #16\n"
        "vmladava.s8 %[a0], q0, q1\n"
        "vldrb.8 q2, [%[w1]], #16\n"
        "vmladava.s8 %[a1], q0, q2\n"
        "vldrb.8 q3, [%[w2]], #16\n"
        "vmladava.s8 %[a2], q0, q3\n"
        "vldrb.8 q1, [%[w3]], #16\n"
        "vmladava.s8 %[a3], q0, q1\n"
        "letp lr, 1b\n"
        : [a0] "+Te"(a0), [a1] "+Te"(a1), [a2] "+Te"(a2), [a3] "+Te"(a3), [x] "+r"(x), [w0] "+r"(w0), [w1] "+r"(w1),
          [w2] "+r"(w2), [w3] "+r"(w3)
        : [inputs] "r"(inputs)
        : "lr", "q0", "q1", "q2", "q3", "memory");
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = a3;
}
#else
TVMK_INLINE void tvmk_unit_sums_four(const int8_t *x, const int8_t *w0, int32_t inputs, int32_t *sums) {
    const int8_t *w1 = w0 + inputs, *w2 = w1 + inputs, *w3 = w2 + inputs;
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    for (int32_t i = 0; i < inputs; i++) {
        int32_t v = x[i];
        a0 += w0[i] * v;
        a1 += w1[i] * v;
        a2 += w2[i] * v;
        a3 += w3[i] * v;
    }
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = a3;
}
#endif

/* Sums of `count` rows from row `first` on, both multiples of four. */
TVMK_SHARED void tvmk_unit_sums(const tvmk_unit_rows_t *l, int32_t first, int32_t count, const int8_t *x, int32_t *sums) {
    int32_t inputs = l->inputs;
#if TVMK_DSP
    if (l->packed) {
        int32_t tail[2], row = 4 * ((inputs + 1) / 2);
        const int8_t *end = x + (inputs & ~3);
        const int8_t *weights = (const int8_t *)l->weights + (size_t)first / 2u * (size_t)row;
        const int32_t *tail_end = tvmk_widen_run(tail, end, inputs & 3, 1);
        tvmk_dsp_units_t t = {x, end, tail, tail_end, row, 0, (const int32_t *)(const void *)weights, 0, count};
        tvmk_dsp_units_sums(sums, &t);
        return;
    }
#endif
    const int8_t *weights = (const int8_t *)l->weights + (size_t)first * (size_t)inputs;
    for (; count > 0; count -= 4, sums += 4, weights += 4 * (size_t)inputs) {
        tvmk_unit_sums_four(x, weights, inputs, sums);
    }
}

#endif
