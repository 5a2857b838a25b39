/* Sums of products of short int8 vectors with MVE: vectors of at most 64 bytes stay in registers, for an even number of channels. */
#ifndef TVMK_MVE_SHORT_H
#define TVMK_MVE_SHORT_H

#include "mve_requant.h"

#if TVMK_MVE

TVMK_INLINE int tvmk_mve_is_short(int32_t depth, int32_t channels) {
    return depth > 16 && depth <= 64 && channels % 2 == 0;
}
/* Short enough for four vectors at a time. */
TVMK_INLINE int tvmk_mve_is_tiny(int32_t depth, int32_t channels) {
    return depth <= 16 && channels % 2 == 0;
}

/* Compilers have no name for the predicate register as a clobber, so it is restored. */
#define TVMK_MVE_PREDICATE             \
    "vmrs %[kept], p0\n"               \
    "vctp.8 %[rest]\n"
#define TVMK_MVE_PREDICATE_RESTORE     \
    "vmsr p0, %[kept]\n"

/* The next 16 weights, and the last ones of a channel, `rest`: only those that exist are read, the others are 0, so that the rest of
 * the vector does not matter. Where the depth is a multiple of 16, the first macro serves for all. */
#define TVMK_MVE_WEIGHTS(q)      \
    "vldrb.8 " q ", [%[w]], #16\n"
#define TVMK_MVE_WEIGHTS_END(q)  \
    "vpst\n"                     \
    "vldrbt.8 " q ", [%[w]]\n"   \
    "add %[w], %[rest]\n"

/* One vector of 33 to 48 bytes in q0 to q2, or of up to 64 in q0 to q3, times a channel. */
#define TVMK_MVE_ROW3(sum, end)        \
    TVMK_MVE_WEIGHTS("q4")             \
    "vmladav.s8 " sum ", q0, q4\n"     \
    TVMK_MVE_WEIGHTS("q5")             \
    "vmladava.s8 " sum ", q1, q5\n"    \
    end("q4")                          \
    "vmladava.s8 " sum ", q2, q4\n"
#define TVMK_MVE_ROW4(sum, end)        \
    TVMK_MVE_WEIGHTS("q4")             \
    "vmladav.s8 " sum ", q0, q4\n"     \
    TVMK_MVE_WEIGHTS("q5")             \
    "vmladava.s8 " sum ", q1, q5\n"    \
    TVMK_MVE_WEIGHTS("q4")             \
    "vmladava.s8 " sum ", q2, q4\n"    \
    end("q5")                          \
    "vmladava.s8 " sum ", q3, q5\n"

/* Two vectors of 17 to 32 bytes, in q0 and q1, q2 and q3, times a channel. */
#define TVMK_MVE_TWO_ROWS(sum0, sum1, end) \
    TVMK_MVE_WEIGHTS("q4")                 \
    "vmladav.s8 " sum0 ", q0, q4\n"        \
    "vmladav.s8 " sum1 ", q2, q4\n"        \
    end("q5")                              \
    "vmladava.s8 " sum0 ", q1, q5\n"       \
    "vmladava.s8 " sum1 ", q3, q5\n"

/* A vector of at most 16 bytes. */
#define TVMK_MVE_VECTOR(q)             \
    "vpst\n"                           \
    "vldrbt.8 " q ", [%[x]]\n"         \
    "add %[x], %[rest]\n"
/* The end of a vector of three or four registers. */
#define TVMK_MVE_VECTOR3               \
    "vpst\n"                           \
    "vldrbt.8 q2, [%[x], #32]\n"
#define TVMK_MVE_VECTOR4               \
    "vldrb.8 q2, [%[x], #32]\n"        \
    "vpst\n"                           \
    "vldrbt.8 q3, [%[x], #48]\n"

#define TVMK_MVE_ONE(vector, row, end)                                          \
    __asm__ volatile(                                                           \
        TVMK_MVE_PREDICATE                                                      \
        "vldrb.8 q0, [%[x]]\n"                                                  \
        "vldrb.8 q1, [%[x], #16]\n"                                             \
        vector                                                                  \
        "dls lr, %[pairs]\n"                                                    \
        "1:\n"                                                                  \
        row("%[a0]", end)                                                       \
        row("%[a1]", end)                                                       \
        "strd %[a0], %[a1], [%[sums]], #8\n"                                    \
        "le lr, 1b\n"                                                           \
        TVMK_MVE_PREDICATE_RESTORE                                              \
        : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [kept] "=&r"(kept), [w] "+r"(w), [sums] "+r"(sums) \
        : [pairs] "r"(pairs), [x] "r"(x), [rest] "r"(rest)                      \
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "memory")

#define TVMK_MVE_TWO(end)                                                       \
    __asm__ volatile(                                                           \
        TVMK_MVE_PREDICATE                                                      \
        "vldrb.8 q0, [%[x]], #16\n"                                             \
        "vpst\n"                                                                \
        "vldrbt.8 q1, [%[x]]\n"                                                 \
        "add %[x], %[rest]\n"                                                   \
        "vldrb.8 q2, [%[x]], #16\n"                                             \
        "vpst\n"                                                                \
        "vldrbt.8 q3, [%[x]]\n"                                                 \
        "dls lr, %[pairs]\n"                                                    \
        "1:\n"                                                                  \
        TVMK_MVE_TWO_ROWS("%[a0]", "%[b0]", end)                                \
        TVMK_MVE_TWO_ROWS("%[a1]", "%[b1]", end)                                \
        "strd %[b0], %[b1], [%[sums], %[second]]\n"                             \
        "strd %[a0], %[a1], [%[sums]], #8\n"                                    \
        "le lr, 1b\n"                                                           \
        TVMK_MVE_PREDICATE_RESTORE                                              \
        : [a0] "=&Te"(a0), [a1] "=&Te"(a1), [b0] "=&Te"(b0), [b1] "=&Te"(b1), [kept] "=&r"(kept), \
          [w] "+r"(w), [sums] "+r"(sums), [x] "+r"(x)                           \
        : [pairs] "r"(pairs), [rest] "r"(rest), [second] "i"(4 * TVMK_MVE_BLOCK) \
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "memory")

/* The sums of one vector of 33 to 64 bytes and `pairs` times two channels: 18 instructions for two channels of 64. */
TVMK_INLINE void tvmk_mve_one_sums(const int8_t *x, const int8_t *w, int32_t depth, int32_t pairs, int32_t *sums) {
    int32_t a0, a1, kept, rest = ((depth - 1) & 15) + 1;
    if (depth == 64) {
        TVMK_MVE_ONE(TVMK_MVE_VECTOR4, TVMK_MVE_ROW4, TVMK_MVE_WEIGHTS);
    } else if (depth > 48) {
        TVMK_MVE_ONE(TVMK_MVE_VECTOR4, TVMK_MVE_ROW4, TVMK_MVE_WEIGHTS_END);
    } else {
        TVMK_MVE_ONE(TVMK_MVE_VECTOR3, TVMK_MVE_ROW3, TVMK_MVE_WEIGHTS_END);
    }
}

/* The sums of two vectors, one after the other, and `pairs` times two channels; those of the second TVMK_MVE_BLOCK words later. 15
 * instructions for two channels of 32. */
TVMK_SHARED void tvmk_mve_two_sums(const int8_t *x, const int8_t *w, int32_t depth, int32_t pairs, int32_t *sums) {
    int32_t a0, a1, b0, b1, kept, rest = depth - 16;
    if (depth > 32) {
        for (int32_t i = 0; i < 2; i++, x += depth, sums += TVMK_MVE_BLOCK) {
            tvmk_mve_one_sums(x, w, depth, pairs, sums);
        }
    } else if (depth == 32) {
        TVMK_MVE_TWO(TVMK_MVE_WEIGHTS);
    } else {
        TVMK_MVE_TWO(TVMK_MVE_WEIGHTS_END);
    }
}

/* Where the sums of the third and the fourth of four positions are, after those of the first and the second. */
enum { TVMK_MVE_FOUR = TVMK_MVE_BLOCK / 2 };

/* The sums of four vectors of at most 16 bytes and `pairs` times two channels, at most TVMK_MVE_FOUR: 20 instructions for two channels. */
TVMK_SHARED void tvmk_mve_four_sums(const int8_t *x, const int8_t *w, int32_t rest, int32_t pairs, int32_t *sums) {
    int32_t a, b, c, d, e = pairs, kept; /* the fewer operands, the more flags leave registers for them */
    __asm__ volatile(
        TVMK_MVE_PREDICATE
        TVMK_MVE_VECTOR("q0")
        TVMK_MVE_VECTOR("q1")
        TVMK_MVE_VECTOR("q2")
        TVMK_MVE_VECTOR("q3")
        "dls lr, %[e]\n"
        "1:\n"
        TVMK_MVE_WEIGHTS_END("q4")
        "vmladav.s8 %[a], q0, q4\n"
        "vmladav.s8 %[b], q1, q4\n"
        "vmladav.s8 %[c], q2, q4\n"
        "vmladav.s8 %[d], q3, q4\n"
        TVMK_MVE_WEIGHTS_END("q5")
        "vmladav.s8 %[e], q3, q5\n"
        "strd %[d], %[e], [%[sums], %[fourth]]\n"
        "vmladav.s8 %[e], q2, q5\n"
        "strd %[c], %[e], [%[sums], %[third]]\n"
        "vmladav.s8 %[d], q1, q5\n"
        "strd %[b], %[d], [%[sums], %[second]]\n"
        "vmladav.s8 %[c], q0, q5\n"
        "strd %[a], %[c], [%[sums]], #8\n"
        "le lr, 1b\n"
        TVMK_MVE_PREDICATE_RESTORE
        : [a] "=&Te"(a), [b] "=&Te"(b), [c] "=&Te"(c), [d] "=&Te"(d), [e] "+&Te"(e), [kept] "=&r"(kept),
          [w] "+r"(w), [sums] "+r"(sums), [x] "+r"(x)
        : [rest] "r"(rest), [second] "i"(4 * TVMK_MVE_BLOCK), [third] "i"(4 * TVMK_MVE_FOUR),
          [fourth] "i"(4 * (TVMK_MVE_BLOCK + TVMK_MVE_FOUR))
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "memory");
}

#endif

#endif
