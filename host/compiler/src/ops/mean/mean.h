/* MEAN over any dimensions, int8. */
#ifndef TVMK_MEAN_H
#define TVMK_MEAN_H

#include "base.h"

typedef struct {
    int32_t kept[3]; /* loops over the output, outermost first */
    int32_t kept_step[3];
    int32_t averaged[3]; /* loops over what is averaged */
    int32_t averaged_step[3];
} tvmk_mean_loops_t;

typedef struct {
    int32_t mantissa, shift; /* with the division by the number of elements */
    int32_t zeros;           /* input zero point times number of elements */
    int16_t zero_point;
} tvmk_mean_t;

/* For each output: `add` to `sum` each element `*p` of what is averaged, then `result`. */
#define TVMK_MEAN_LOOPS(s, type, in, out, sum_type, add, result)                                              \
    for (int32_t i = 0; i < (s)->kept[0]; i++) {                                                              \
        for (int32_t j = 0; j < (s)->kept[1]; j++) {                                                          \
            for (int32_t k = 0; k < (s)->kept[2]; k++) {                                                      \
                const type *first = (in) + i * (s)->kept_step[0] + j * (s)->kept_step[1] + k * (s)->kept_step[2]; \
                sum_type sum = 0;                                                                             \
                for (int32_t a = 0; a < (s)->averaged[0]; a++) {                                              \
                    for (int32_t b = 0; b < (s)->averaged[1]; b++) {                                          \
                        const type *p = first + a * (s)->averaged_step[0] + b * (s)->averaged_step[1];        \
                        for (int32_t c = 0; c < (s)->averaged[2]; c++, p += (s)->averaged_step[2]) {          \
                            add;                                                                              \
                        }                                                                                     \
                    }                                                                                         \
                }                                                                                             \
                *(out)++ = (result);                                                                          \
            }                                                                                                 \
        }                                                                                                     \
    }

TVMK_INLINE int8_t tvmk_mean_one(const tvmk_mean_t *l, int32_t sum) {
    return (int8_t)tvmk_clamp(tvmk_multiply(sum - l->zeros, l->mantissa, l->shift) + l->zero_point, -128, 127);
}

TVMK_SHARED void tvmk_mean(const tvmk_mean_t *l, const tvmk_mean_loops_t *s, const int8_t *in, int8_t *out) {
    TVMK_MEAN_LOOPS(s, int8_t, in, out, int32_t, sum += *p, tvmk_mean_one(l, sum))
}

#endif
