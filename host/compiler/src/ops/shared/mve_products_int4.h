/* Products of int8 vectors with a matrix of int4 (int4.h) with MVE: an unpacked vector of weights gives those of two channels. */
#ifndef TVMK_MVE_PRODUCTS_INT4_H
#define TVMK_MVE_PRODUCTS_INT4_H

#include "int4.h"
#include "mve_requant.h"

#if TVMK_MVE

/* The start value of sums: -8 · Σ activations. */
TVMK_INLINE int32_t tvmk_int4_start(const int8_t *x, int32_t depth) {
    int32_t sum = 0;
    __asm__ volatile(
        "dlstp.8 lr, %[depth]\n"
        "1:\n"
        "vldrb.8 q0, [%[x]], #16\n"
        "vaddva.s8 %[sum], q0\n"
        "letp lr, 1b\n"
        : [sum] "+Te"(sum), [x] "+r"(x)
        : [depth] "r"(depth)
        : "lr", "q0", "memory");
    return -8 * sum;
}

/* Products of a vector in q0 with 16 weights of each of two channels, from `w` on; 15 in q7. */
#define TVMK_MVE_INT4_TWO(w, first, second) \
    "vldrb.8 q1, [" w "], #16\n"            \
    "vand q2, q1, q7\n"                     \
    "vshr.u8 q1, q1, #4\n"                  \
    "vmladava.s8 " first ", q0, q2\n"       \
    "vmladava.s8 " second ", q0, q1\n"

/* One vector of `depth` bytes times the matrix: all outputs of one position. Four channels a pass, 12 instructions for 64
 * multiplications. */
TVMK_INLINE void tvmk_mve_int4_position_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                           const tvmk_requant_t *o, int8_t *out, int general) {
    int32_t sums[TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    int32_t row = tvmk_int4_row(depth), start = tvmk_int4_start(x, depth);
    for (; channels > 0; channels -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(channels, TVMK_MVE_BLOCK);
        for (int32_t c = 0; c < n; c += 4, weights += 2 * row) {
            /* The row after the last is the last. */
            const int8_t *v = x, *w0 = weights, *w1 = n - c > 2 ? w0 + row : w0;
            int32_t a0 = start, a1 = start, a2 = start, a3 = start;
            __asm__ volatile(
                "vmov.i8 q7, #15\n"
                "dlstp.8 lr, %[depth]\n"
                "1:\n"
                "vldrb.8 q0, [%[v]], #16\n"
                TVMK_MVE_INT4_TWO("%[w0]", "%[a0]", "%[a1]")
                TVMK_MVE_INT4_TWO("%[w1]", "%[a2]", "%[a3]")
                "letp lr, 1b\n"
                : [a0] "+Te"(a0), [a1] "+Te"(a1), [a2] "+Te"(a2), [a3] "+Te"(a3), [v] "+r"(v), [w0] "+r"(w0),
                  [w1] "+r"(w1)
                : [depth] "r"(depth)
                : "lr", "q0", "q1", "q2", "q7", "memory");
            sums[c] = a0;
            sums[c + 1] = a1;
            sums[c + 2] = a2;
            sums[c + 3] = a3;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
        } else {
            tvmk_mve_bytes(sums, table, n, o, out, 0);
        }
    }
}
TVMK_SHARED void tvmk_mve_int4_position(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                        const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_int4_position_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_int4_position_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                                const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_int4_position_as(x, weights, depth, channels, o, out, 1);
}

/* Two vectors, one after the other at x, and their outputs, `channels` bytes each, one after the other. Two channels a pass, 10
 * instructions for 64 multiplications. */
TVMK_INLINE void tvmk_mve_int4_positions_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                            const tvmk_requant_t *o, int8_t *out, int general) {
    int32_t sums[2 * TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    int32_t row = tvmk_int4_row(depth);
    int32_t start0 = tvmk_int4_start(x, depth), start1 = tvmk_int4_start(x + depth, depth);
    for (int32_t left = channels; left > 0; left -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(left, TVMK_MVE_BLOCK);
        for (int32_t c = 0; c < n; c += 2, weights += row) {
            const int8_t *x0 = x, *x1 = x + depth, *w = weights;
            int32_t a0 = start0, a1 = start0, b0 = start1, b1 = start1;
            __asm__ volatile(
                "vmov.i8 q7, #15\n"
                "dlstp.8 lr, %[depth]\n"
                "1:\n"
                "vldrb.8 q0, [%[x0]], #16\n"
                TVMK_MVE_INT4_TWO("%[w]", "%[a0]", "%[a1]")
                "vldrb.8 q3, [%[x1]], #16\n"
                "vmladava.s8 %[b0], q3, q2\n"
                "vmladava.s8 %[b1], q3, q1\n"
                "letp lr, 1b\n"
                : [a0] "+Te"(a0), [a1] "+Te"(a1), [b0] "+Te"(b0), [b1] "+Te"(b1), [x0] "+r"(x0), [x1] "+r"(x1), [w] "+r"(w)
                : [depth] "r"(depth)
                : "lr", "q0", "q1", "q2", "q3", "q7", "memory");
            sums[c] = a0;
            sums[c + 1] = a1;
            sums[TVMK_MVE_BLOCK + c] = b0;
            sums[TVMK_MVE_BLOCK + c + 1] = b1;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK, table, n, o, out + channels);
        } else {
            tvmk_mve_bytes(sums, table, n, o, out, channels);
        }
    }
}
TVMK_SHARED void tvmk_mve_int4_positions(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                         const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_int4_positions_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_int4_positions_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                                 const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_int4_positions_as(x, weights, depth, channels, o, out, 1);
}

#endif

#endif
