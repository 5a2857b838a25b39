/* Loops over the elements that become one, for each element of the output. */
#ifndef TVMK_REDUCE_H
#define TVMK_REDUCE_H

#include "base.h"

typedef struct {
    int32_t kept[3]; /* loops over the output, outermost first */
    int32_t kept_step[3];
    int32_t reduced[3]; /* loops over the elements that become one */
    int32_t reduced_step[3];
} tvmk_reduce_t;

/* For each output: `value` is `start`, then `step` for each element `*p`, then `result`. */
#define TVMK_REDUCE_LOOPS(s, type, in, out, value_type, start, step, result)                                      \
    for (int32_t i = 0; i < (s)->kept[0]; i++) {                                                                  \
        for (int32_t j = 0; j < (s)->kept[1]; j++) {                                                              \
            for (int32_t k = 0; k < (s)->kept[2]; k++) {                                                          \
                const type *first = (in) + i * (s)->kept_step[0] + j * (s)->kept_step[1] + k * (s)->kept_step[2]; \
                value_type value = (start);                                                                       \
                for (int32_t a = 0; a < (s)->reduced[0]; a++) {                                                   \
                    for (int32_t b = 0; b < (s)->reduced[1]; b++) {                                               \
                        const type *p = first + a * (s)->reduced_step[0] + b * (s)->reduced_step[1];              \
                        for (int32_t c = 0; c < (s)->reduced[2]; c++, p += (s)->reduced_step[2]) {                \
                            step;                                                                                 \
                        }                                                                                         \
                    }                                                                                             \
                }                                                                                                 \
                *(out)++ = (result);                                                                              \
            }                                                                                                     \
        }                                                                                                         \
    }

#endif
