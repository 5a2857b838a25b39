/* Products of int8 vectors with a matrix of int8 with MVE: convolutions and fully connected layers. Weights as in the file, nothing
 * packed or widened in memory: VMLADAVA multiplies and sums 16 bytes at once. Loops over the depth are in assembly for
 * their tail predication (DLSTP, LETP), which the tested compilers don't produce: they read exactly the bytes that exist.
 */
#ifndef TVMK_MVE_PRODUCTS_H
#define TVMK_MVE_PRODUCTS_H

#include "mve_requant.h"
#include "mve_short.h"
#include "mve_tile.h"
#include "mve_units.h"

#if TVMK_MVE

/* As tvmk_mve_position, in the general form, or with `add` added to each sum. */
TVMK_INLINE void tvmk_mve_position_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                      const tvmk_requant_t *o, int8_t *out, int general, int32_t add) {
    int32_t sums[TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    for (; channels > 0; channels -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(channels, TVMK_MVE_BLOCK);
        for (int32_t c = 0; c < n; c += 4, weights += 4 * depth) {
            /* Rows after the last are the first row. */
            const int8_t *v = x, *w0 = weights, *w1 = n - c > 1 ? w0 + depth : w0;
            const int8_t *w2 = n - c > 2 ? w1 + depth : w0, *w3 = n - c > 3 ? w2 + depth : w0;
            int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
            __asm__ volatile(
                "dlstp.8 lr, %[depth]\n"
                "1:\n"
                "vldrb.8 q0, [%[v]], #16\n"
                "vldrb.8 q1, [%[w0]], #16\n"
                "vmladava.s8 %[a0], q0, q1\n"
                "vldrb.8 q2, [%[w1]], #16\n"
                "vmladava.s8 %[a1], q0, q2\n"
                "vldrb.8 q3, [%[w2]], #16\n"
                "vmladava.s8 %[a2], q0, q3\n"
                "vldrb.8 q1, [%[w3]], #16\n"
                "vmladava.s8 %[a3], q0, q1\n"
                "letp lr, 1b\n"
                : [a0] "+Te"(a0), [a1] "+Te"(a1), [a2] "+Te"(a2), [a3] "+Te"(a3), [v] "+r"(v), [w0] "+r"(w0),
                  [w1] "+r"(w1), [w2] "+r"(w2), [w3] "+r"(w3)
                : [depth] "r"(depth)
                : "lr", "q0", "q1", "q2", "q3", "memory");
            sums[c] = a0 + add;
            sums[c + 1] = a1 + add;
            sums[c + 2] = a2 + add;
            sums[c + 3] = a3 + add;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
        } else {
            tvmk_mve_bytes(sums, table, n, o, out, 0);
        }
    }
}
TVMK_SHARED void tvmk_mve_position_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                           const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_position_as(x, weights, depth, channels, o, out, 1, 0);
}

/* `add` is added to each sum. */
TVMK_SHARED void tvmk_mve_position_offset(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                          const tvmk_requant_t *o, int8_t *out, int32_t add) {
    tvmk_mve_position_as(x, weights, depth, channels, o, out, 0, add);
}

/* The sums of two vectors, one after the other at x, and n channels; those of the second TVMK_MVE_BLOCK words later. Channels that
 * mve_tile.h leaves: 9 instructions for 64 multiplications. */
TVMK_INLINE void tvmk_mve_any_sums(const int8_t *x, const int8_t *weights, int32_t depth, int32_t n, int32_t *sums) {
    int32_t rest = n % 3;
    if (n >= 3) {
        tvmk_mve_tile(sums, x, weights, depth, n / 3);
    }
    if (rest == 0) {
        return;
    }
    const int8_t *x0 = x, *x1 = x + depth, *w0 = weights + (n - rest) * depth, *w1 = w0 + depth;
    int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
    int32_t *first = sums + n - rest, *second = first + TVMK_MVE_BLOCK;
    if (rest == 1) {
        __asm__ volatile(
            "dlstp.8 lr, %[depth]\n"
            "1:\n"
            "vldrb.8 q2, [%[w0]], #16\n"
            "vldrb.8 q0, [%[x0]], #16\n"
            "vmladava.s8 %[a0], q0, q2\n"
            "vldrb.8 q1, [%[x1]], #16\n"
            "vmladava.s8 %[b0], q1, q2\n"
            "letp lr, 1b\n"
            : [a0] "+Te"(a0), [b0] "+Te"(b0), [x0] "+r"(x0), [x1] "+r"(x1), [w0] "+r"(w0)
            : [depth] "r"(depth)
            : "lr", "q0", "q1", "q2", "memory");
    } else {
        __asm__ volatile(
            "dlstp.8 lr, %[depth]\n"
            "1:\n"
            "vldrb.8 q0, [%[x0]], #16\n"
            "vldrb.8 q2, [%[w0]], #16\n"
            "vmladava.s8 %[a0], q0, q2\n"
            "vldrb.8 q1, [%[x1]], #16\n"
            "vmladava.s8 %[b0], q1, q2\n"
            "vldrb.8 q3, [%[w1]], #16\n"
            "vmladava.s8 %[a1], q0, q3\n"
            "vmladava.s8 %[b1], q1, q3\n"
            "letp lr, 1b\n"
            : [a0] "+Te"(a0), [a1] "+Te"(a1), [b0] "+Te"(b0), [b1] "+Te"(b1), [x0] "+r"(x0), [x1] "+r"(x1),
              [w0] "+r"(w0), [w1] "+r"(w1)
            : [depth] "r"(depth)
            : "lr", "q0", "q1", "q2", "q3", "memory");
        first[1] = a1, second[1] = b1;
    }
    first[0] = a0, second[0] = b0;
}

/* Two vectors, one after the other at x, and their outputs, `channels` bytes each, one after the other. */
TVMK_INLINE void tvmk_mve_positions_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                       const tvmk_requant_t *o, int8_t *out, int general) {
    int32_t sums[2 * TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    for (int32_t left = channels; left > 0; left -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(left, TVMK_MVE_BLOCK);
        if (tvmk_mve_is_short(depth, channels)) {
            tvmk_mve_two_sums(x, weights, depth, n / 2, sums);
        } else {
            tvmk_mve_any_sums(x, weights, depth, n, sums);
        }
        weights += n * depth;
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK, table, n, o, out + channels);
        } else {
            tvmk_mve_bytes(sums, table, n, o, out, channels);
        }
    }
}
TVMK_SHARED void tvmk_mve_positions(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                    const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_positions_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_positions_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                            const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_positions_as(x, weights, depth, channels, o, out, 1);
}

/* Four vectors of at most 16 bytes, one after the other at x; `channels` is even. */
TVMK_INLINE void tvmk_mve_four_positions_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                            const tvmk_requant_t *o, int8_t *out, int general) {
    int32_t sums[2 * TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    for (int32_t left = channels; left > 0; left -= TVMK_MVE_FOUR, table += words * TVMK_MVE_FOUR, out += TVMK_MVE_FOUR) {
        int32_t n = tvmk_min(left, TVMK_MVE_FOUR);
        tvmk_mve_four_sums(x, weights, depth, n / 2, sums);
        weights += n * depth;
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK, table, n, o, out + channels);
            tvmk_mve_bytes_general(sums + TVMK_MVE_FOUR, table, n, o, out + 2 * channels);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK + TVMK_MVE_FOUR, table, n, o, out + 3 * channels);
        } else {
            tvmk_mve_bytes(sums, table, n, o, out, channels);
            tvmk_mve_bytes(sums + TVMK_MVE_FOUR, table, n, o, out + 2 * channels, channels);
        }
    }
}
TVMK_SHARED void tvmk_mve_four_positions(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                         const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_four_positions_as(x, weights, depth, channels, o, out, 0);
}
TVMK_SHARED void tvmk_mve_four_positions_general(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                                 const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_four_positions_as(x, weights, depth, channels, o, out, 1);
}

/* A product of one, two or four vectors with a matrix. */
typedef void (*tvmk_mve_product_t)(const int8_t *, const int8_t *, int32_t, int32_t, const tvmk_requant_t *, int8_t *);

#endif

#endif
