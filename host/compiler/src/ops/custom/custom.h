/* The arguments of a user's function that computes a custom operator: `compile --custom`. */
#ifndef TVM_CUSTOM_OPERATOR_H
#define TVM_CUSTOM_OPERATOR_H

#include <stddef.h>
#include <stdint.h>

/* Element types, by the numbers of the file format. */
enum {
    TVM_CUSTOM_FLOAT32 = 0,
    TVM_CUSTOM_INT32 = 2,
    TVM_CUSTOM_UINT8 = 3,
    TVM_CUSTOM_INT64 = 4,
    TVM_CUSTOM_BOOL = 6,
    TVM_CUSTOM_INT16 = 7,
    TVM_CUSTOM_INT8 = 9,
    TVM_CUSTOM_LEFT_OUT = -1 /* an optional input that the file leaves out: its pointer is null */
};

/* A tensor. */
typedef struct {
    int32_t type;
    int32_t elements;
    int32_t rank;
    const int32_t *shape; /* outermost dimension first; null for rank 0 */
    int32_t scale_count;  /* 0 if the tensor is not quantised, 1, or one for each index of `axis` */
    int32_t axis;
    const float *scales;
    const int32_t *zero_points;
} tvm_custom_tensor_t;

/* An operator. */
typedef struct {
    const uint8_t *options; /* as in the file, often a map in FlexBuffers; null for none */
    int32_t option_bytes;
    int32_t input_count, output_count;
    const tvm_custom_tensor_t *inputs, *outputs;
    int32_t scratch_bytes;
} tvm_custom_operator_t;

/* Computes an operator: contents of the inputs and outputs, and scratch memory at a multiple of 16 bytes, null for none. Returns
 * 0, or any other number to end the run with TVM_STATUS_VALUE_OUT_OF_RANGE. */
typedef int32_t tvm_custom_function_t(const tvm_custom_operator_t *op, const void *const *inputs, void *const *outputs,
                                      void *scratch);

static inline int32_t tvmk_custom(tvm_custom_function_t *function, const tvm_custom_operator_t *op, const void *const *inputs,
                                  void *const *outputs, void *scratch) {
    return function(op, inputs, outputs, scratch);
}

#endif
