/* SELECT_V2: elements of one tensor where a condition is true, otherwise of another, with broadcasting of all three. The output may
 * overwrite an input of its own shape and type. */
#ifndef TVMK_SELECT_V2_H
#define TVMK_SELECT_V2_H

#include "base.h"

typedef struct {
    int32_t shape[5];                                  /* of the output, outermost loop first */
    int32_t condition[5], step_true[5], step_false[5]; /* elements from one repetition to the next */
} tvmk_select_t;

TVMK_INLINE int32_t tvmk_select_place(const int32_t *steps, int32_t a, int32_t b, int32_t c, int32_t d) {
    return a * steps[0] + b * steps[1] + c * steps[2] + d * steps[3];
}

#define TVMK_SELECT(element)                                                                                     \
    TVMK_SHARED void tvmk_select_##element(const tvmk_select_t *l, const uint8_t *condition, const element *in1, \
                                           const element *in2, element *out) {                                   \
        for (int32_t a = 0; a < l->shape[0]; a++) {                                                              \
            for (int32_t b = 0; b < l->shape[1]; b++) {                                                          \
                for (int32_t c = 0; c < l->shape[2]; c++) {                                                      \
                    for (int32_t d = 0; d < l->shape[3]; d++) {                                                  \
                        const uint8_t *holds = condition + tvmk_select_place(l->condition, a, b, c, d);          \
                        const element *x = in1 + tvmk_select_place(l->step_true, a, b, c, d);                    \
                        const element *y = in2 + tvmk_select_place(l->step_false, a, b, c, d);                   \
                        for (int32_t e = 0; e < l->shape[4]; e++) {                                              \
                            *out++ = *holds ? *x : *y;                                                           \
                            holds += l->condition[4];                                                            \
                            x += l->step_true[4];                                                                \
                            y += l->step_false[4];                                                               \
                        }                                                                                        \
                    }                                                                                            \
                }                                                                                                \
            }                                                                                                    \
        }                                                                                                        \
    }

TVMK_SELECT(int8_t)
TVMK_SELECT(uint8_t)
TVMK_SELECT(int16_t)
TVMK_SELECT(int32_t)
TVMK_SELECT(int64_t)
TVMK_SELECT(float)

#endif
