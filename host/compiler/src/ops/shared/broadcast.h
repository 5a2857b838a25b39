/* Loops over two inputs whose shapes differ. */
#ifndef TVMK_BROADCAST_H
#define TVMK_BROADCAST_H

#include "base.h"

typedef struct {
    int32_t shape[4]; /* of the output, outermost loop first */
    int32_t step1[4]; /* elements from one repetition to the next; 0 repeats the input */
    int32_t step2[4];
} tvmk_broadcast_t;

/* The body of a binary kernel that works on rows, the innermost loop: `statement` with `row1` and `row2` where the rows of both
 * inputs begin, and `out` where that of the output does. */
#define TVMK_BROADCAST_ROWS(s, type, in1, in2, out, statement)                                        \
    for (int32_t i = 0; i < (s)->shape[0]; i++) {                                                     \
        for (int32_t j = 0; j < (s)->shape[1]; j++) {                                                 \
            for (int32_t k = 0; k < (s)->shape[2]; k++, (out) += (s)->shape[3]) {                     \
                const type *row1 = (in1) + i * (s)->step1[0] + j * (s)->step1[1] + k * (s)->step1[2]; \
                const type *row2 = (in2) + i * (s)->step2[0] + j * (s)->step2[1] + k * (s)->step2[2]; \
                statement;                                                                            \
            }                                                                                         \
        }                                                                                             \
    }

/* The body of a binary kernel: `out[i] = expression` with `x` and `y` the elements of both inputs. An output of an input's
 * shape may overwrite that input: each element is read before it is written, and never read again. */
#define TVMK_BROADCAST_LOOPS(s, type, in1, in2, out, expression)                                        \
    for (int32_t i = 0; i < (s)->shape[0]; i++) {                                                       \
        for (int32_t j = 0; j < (s)->shape[1]; j++) {                                                   \
            for (int32_t k = 0; k < (s)->shape[2]; k++) {                                               \
                const type *p1 = (in1) + i * (s)->step1[0] + j * (s)->step1[1] + k * (s)->step1[2];     \
                const type *p2 = (in2) + i * (s)->step2[0] + j * (s)->step2[1] + k * (s)->step2[2];     \
                for (int32_t c = 0; c < (s)->shape[3]; c++, p1 += (s)->step1[3], p2 += (s)->step2[3]) { \
                    const type x = *p1;                                                                 \
                    const type y = *p2;                                                                 \
                    *(out)++ = (expression);                                                            \
                }                                                                                       \
            }                                                                                           \
        }                                                                                               \
    }

#endif
