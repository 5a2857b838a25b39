/* LOG_SOFTMAX on int8, in steps of 2^-4 below 127. The output may overwrite the input. */
#ifndef TVMK_LOG_SOFTMAX_H
#define TVMK_LOG_SOFTMAX_H

#include "fixed_point.h"

typedef struct {
    const int32_t *exponentials; /* of differences 0, -1, … to the largest input, Q12.19 */
    int32_t entries;
    int32_t mantissa, shift;                 /* from differences to Q5.26 */
    int32_t reverse_mantissa, reverse_shift; /* and back */
    int32_t lowest;                          /* lowest difference that fits Q5.26 */
    int32_t rows, depth;
} tvmk_log_softmax_t;

TVMK_SHARED void tvmk_log_softmax(const tvmk_log_softmax_t *l, const int8_t *in, int8_t *out) {
    for (int32_t row = 0; row < l->rows; row++, in += l->depth, out += l->depth) {
        int32_t largest = -128;
        int32_t sum = 0;
        for (int32_t i = 0; i < l->depth; i++) {
            largest = tvmk_max(largest, in[i]);
        }
        for (int32_t i = 0; i < l->depth; i++) {
            int32_t below = largest - in[i];
            sum += below < l->entries ? l->exponentials[below] : 0;
        }
        int32_t log_sum = tvmk_fixed_log(sum);
        /* Differences out of range of Q5.26 after subtracting the logarithm become the lowest output. */
        int32_t limit = tvmk_multiply(log_sum + INT32_MIN, l->reverse_mantissa, l->reverse_shift);
        limit = tvmk_max(l->lowest - 1, limit);
        for (int32_t i = 0; i < l->depth; i++) {
            int32_t difference = in[i] - largest;
            int32_t y = -128;
            if (difference > limit) {
                y = tvmk_divide_by_pot(tvmk_multiply(difference, l->mantissa, l->shift) - log_sum, 22) + 127;
            }
            out[i] = (int8_t)tvmk_clamp(y, -128, 127);
        }
    }
}

#endif
