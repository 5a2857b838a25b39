/* Products of int8 vectors with a matrix of int8 with MVE: convolutions and fully connected layers. Weights as in the file, nothing
 * packed or widened in memory: VMLADAVA multiplies and sums 16 bytes at once. Loops over the depth are in assembly for
 * their tail predication (DLSTP, LETP), which the tested compilers don't produce: they read exactly the bytes that exist.
 */
#ifndef TVMK_MVE_PRODUCTS_H
#define TVMK_MVE_PRODUCTS_H

#include "mve_requant.h"

#if TVMK_MVE

/* One vector of `depth` bytes times the matrix [channels][depth]: all outputs of one position. Four channels a pass, 10
 * instructions for 64 multiplications. */
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
            tvmk_mve_bytes(sums, 1, table, n, o, out, 0);
        }
    }
}
TVMK_SHARED void tvmk_mve_position(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                   const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_position_as(x, weights, depth, channels, o, out, 0, 0);
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

/* A sum of one to four times 16 products: weights from w, the vector in q0 to q3. */
#define TVMK_MVE_ROW1(sum)             \
    "vldrb.8 q4, [%[w]], #16\n"        \
    "vmladav.s8 " sum ", q0, q4\n"
#define TVMK_MVE_ROW2(sum)             \
    TVMK_MVE_ROW1(sum)                 \
    "vldrb.8 q5, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q1, q5\n"
#define TVMK_MVE_ROW3(sum)             \
    TVMK_MVE_ROW2(sum)                 \
    "vldrb.8 q4, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q2, q4\n"
#define TVMK_MVE_ROW4(sum)             \
    TVMK_MVE_ROW3(sum)                 \
    "vldrb.8 q5, [%[w]], #16\n"        \
    "vmladava.s8 " sum ", q3, q5\n"
#define TVMK_MVE_VECTOR1 "vldrb.8 q0, [%[x]]\n"
#define TVMK_MVE_VECTOR2 TVMK_MVE_VECTOR1 "vldrb.8 q1, [%[x], #16]\n"
#define TVMK_MVE_VECTOR3 TVMK_MVE_VECTOR2 "vldrb.8 q2, [%[x], #32]\n"
#define TVMK_MVE_VECTOR4 TVMK_MVE_VECTOR3 "vldrb.8 q3, [%[x], #48]\n"
#define TVMK_MVE_SHORT(vector, row)                                                         \
    __asm__ volatile(                                                                       \
        vector                                                                              \
        "dls lr, %[pairs]\n"                                                                \
        "1:\n"                                                                              \
        row("%[a0]") row("%[a1]")                                                           \
        "strd %[a0], %[a1], [%[sums]], #8\n"                                                \
        "le lr, 1b\n"                                                                       \
        : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [w] "+r"(w), [sums] "+r"(sums)                  \
        : [pairs] "r"(pairs), [x] "r"(x)                                                    \
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "memory")

/* Sums of one position and `pairs` times two channels where the vector stays in registers: 18 instructions for 128
 * multiplications with a depth of 64. */
TVMK_INLINE void tvmk_mve_short(const int8_t *x, const int8_t *w, int32_t depth, int32_t pairs, int32_t *sums) {
    int32_t a0, a1;
    switch (depth) {
    case 16: TVMK_MVE_SHORT(TVMK_MVE_VECTOR1, TVMK_MVE_ROW1); break;
    case 32: TVMK_MVE_SHORT(TVMK_MVE_VECTOR2, TVMK_MVE_ROW2); break;
    case 48: TVMK_MVE_SHORT(TVMK_MVE_VECTOR3, TVMK_MVE_ROW3); break;
    default: TVMK_MVE_SHORT(TVMK_MVE_VECTOR4, TVMK_MVE_ROW4); break;
    }
}

/* Two vectors, one after the other at x, and their outputs, `channels` bytes each, one after the other. Two channels a pass, 9
 * instructions for 64 multiplications. */
TVMK_INLINE void tvmk_mve_positions_as(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                       const tvmk_requant_t *o, int8_t *out, int general) {
    int32_t sums[2 * TVMK_MVE_BLOCK];
    const int32_t *table = o->table;
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    int is_short = depth <= 64 && depth % 16 == 0 && channels % 2 == 0;
    int32_t left = channels;
    for (; left > 0; left -= TVMK_MVE_BLOCK, table += words * TVMK_MVE_BLOCK, out += TVMK_MVE_BLOCK) {
        int32_t n = tvmk_min(left, TVMK_MVE_BLOCK);
        if (is_short) {
            tvmk_mve_short(x, weights, depth, n / 2, sums);
            tvmk_mve_short(x + depth, weights, depth, n / 2, sums + TVMK_MVE_BLOCK);
            weights += n * depth;
        }
        for (int32_t c = 0; c < n && !is_short; c += 2, weights += 2 * depth) {
            const int8_t *x0 = x, *x1 = x + depth, *w0 = weights, *w1 = n - c > 1 ? w0 + depth : w0;
            int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
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
            sums[c] = a0;
            sums[c + 1] = a1;
            sums[TVMK_MVE_BLOCK + c] = b0;
            sums[TVMK_MVE_BLOCK + c + 1] = b1;
        }
        if (general) {
            tvmk_mve_bytes_general(sums, table, n, o, out);
            tvmk_mve_bytes_general(sums + TVMK_MVE_BLOCK, table, n, o, out + channels);
        } else {
            tvmk_mve_bytes(sums, 2, table, n, o, out, channels);
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

/* A product of one or two vectors with a matrix. */
typedef void (*tvmk_mve_product_t)(const int8_t *, const int8_t *, int32_t, int32_t, const tvmk_requant_t *, int8_t *);

#endif

#endif
