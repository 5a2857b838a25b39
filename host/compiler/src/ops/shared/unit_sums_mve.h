/* Sums of rows of weights with MVE. */
#ifndef TVMK_UNIT_SUMS_MVE_H
#define TVMK_UNIT_SUMS_MVE_H

#include "base.h"

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

#endif

#endif
