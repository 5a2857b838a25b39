/* A model so small that the rest is the runtime's own cost: one input, one output, one workspace. */
#ifndef MODEL_H
#define MODEL_H
#include <tvm_embedded.h>

struct inputs {
    const void *x;
};
struct outputs {
    void *y;
};
enum { WORKSPACE_BYTES = 16 + 7 };

extern const TVMModel model;
/* What the descriptor's entry is: a typed call without any check. */
int32_t model_run(const void *inputs, const void *outputs, const TVMContext *context);

#endif
