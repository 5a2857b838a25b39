/* One call each way, for the timed benchmark. */
#include "model.h"

static int8_t input[MODEL_BYTES], output[MODEL_BYTES];
static uint8_t workspace[MODEL_WORKSPACE_BYTES];
static TVMContext context;

int32_t bench_prepare(void);
int32_t bench_direct(void);
int32_t bench_typed(void);
int32_t bench_generic(void);

int32_t bench_prepare(void) {
  return TVMSetWorkspaces(&context, workspace);
}

int32_t bench_direct(void) {
  struct tvmgen_model_inputs inputs = {input};
  struct tvmgen_model_outputs outputs = {output};
  struct tvmgen_model_workspace_pools pools = {workspace};
  return tvmgen_model_run(&inputs, &outputs, &pools);
}

int32_t bench_typed(void) {
  TVMInputs_model inputs = {input};
  TVMOutputs_model outputs = {output};
  return TVMExecute_model(&inputs, &outputs, &context);
}

int32_t bench_generic(void) {
  TVMInputs_model inputs = {input};
  TVMOutputs_model outputs = {output};
  return TVMExecute(&model, &inputs, &outputs, &context);
}
