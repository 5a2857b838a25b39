/* The custom operator "SquareSum" of the example model: the sum of squares along the last dimension, times the option `factor`. */
#ifndef SQUARE_SUM_H
#define SQUARE_SUM_H

#include "tvmgen_custom_example_custom.h"

#ifdef __cplusplus
extern "C" {
#endif

int32_t square_sum(const tvm_custom_operator_t *op, const void *const *inputs, void *const *outputs, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
