/* What generated files provide for run_model.c. */
#ifndef RUN_MODEL_H
#define RUN_MODEL_H
#include <tvm_embedded.h>

/* The bytes of one tensor for each run, one after the other; size is that of one run. */
struct tensor_bytes {
    const char *name;
    const uint8_t *bytes;
    size_t size;
};

/* A model, the bytes of its inputs and the bytes that its outputs must have. */
struct sample {
    const TVMModel *model;
    const struct tensor_bytes *inputs;
    const struct tensor_bytes *outputs;
    size_t runs;
};

extern const struct sample *const samples[];
extern const size_t sample_count;
/* How many times each model runs, in turn with the others. */
extern const unsigned rounds;
/* Memory for workspaces and outputs, used by one model after the other. */
extern uint8_t arena[];
extern const size_t arena_size;

#endif
