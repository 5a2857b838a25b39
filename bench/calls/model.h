/* A model that does nothing, in the form of TVM's and the generator's code: one input, one output, one workspace. Only the
 * call of the model is measured with it. */
#ifndef TVM_EMBEDDED_BENCH_MODEL_H
#define TVM_EMBEDDED_BENCH_MODEL_H

#include "tvm_embedded.h"

#define MODEL_BYTES 64
#define MODEL_WORKSPACE_BYTES (64 + 15)

struct tvmgen_model_inputs {
  void *input;
};
struct tvmgen_model_outputs {
  void *output;
};
struct tvmgen_model_workspace_pools {
  void *sram;
};

typedef struct TVMInputs_model {
  const int8_t *input;
} TVMInputs_model;
typedef struct TVMOutputs_model {
  int8_t *output;
} TVMOutputs_model;

extern const TVMModel model;

/* The archive's own entry point: the direct call. */
int32_t tvmgen_model_run(struct tvmgen_model_inputs *inputs, struct tvmgen_model_outputs *outputs,
                         struct tvmgen_model_workspace_pools *workspace_pools);
int32_t TVMEntry_model(const void *inputs, const void *outputs, const TVMContext *context);

/* The typed wrapper, as the generator writes it. */
static inline int32_t TVMExecute_model(const TVMInputs_model *inputs, const TVMOutputs_model *outputs,
                                       const TVMContext *context) {
  if (inputs == NULL) {
    return TVM_STATUS_NULL_INPUTS;
  }
  if (outputs == NULL) {
    return TVM_STATUS_NULL_OUTPUTS;
  }
  if (context == NULL) {
    return TVM_STATUS_NULL_CONTEXT;
  }
  return TVMEntry_model(inputs, outputs, context);
}

#endif
