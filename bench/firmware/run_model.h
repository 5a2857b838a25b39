/* What data.c tells run_model.c. */
#ifndef RUN_MODEL_H
#define RUN_MODEL_H
#include <tvm_embedded.h>

struct tensor_bytes {
    const char *name;
    const void *bytes;
    size_t size;
};

extern const TVMModel *const model;
extern const struct tensor_bytes inputs[], outputs[];
extern uint8_t arena[];
extern const size_t arena_size;

#endif
