/* Calls the model CALLS times in one of four ways; counted by callgrind, the differences are the cost of one call. */
#include "model.h"

#ifndef CALLS
#define CALLS 1000
#endif

enum { NONE, DIRECT, TYPED, GENERIC };

int main(void) {
  static int8_t input[MODEL_BYTES], output[MODEL_BYTES];
  static uint8_t workspace[MODEL_WORKSPACE_BYTES];
  struct tvmgen_model_inputs direct_inputs = {input};
  struct tvmgen_model_outputs direct_outputs = {output};
  struct tvmgen_model_workspace_pools pools = {workspace};
  TVMInputs_model inputs = {input};
  TVMOutputs_model outputs = {output};
  TVMContext context;
  int32_t failed = TVMSetWorkspaces(&context, workspace);

  input[0] = 42;
  for (int call = 0; call < CALLS; ++call) {
    if (WAY == DIRECT) {
      failed |= tvmgen_model_run(&direct_inputs, &direct_outputs, &pools);
    } else if (WAY == TYPED) {
      failed |= TVMExecute_model(&inputs, &outputs, &context);
    } else if (WAY == GENERIC) {
      failed |= TVMExecute(&model, &inputs, &outputs, &context);
    } else {
      __asm__ volatile("" : : "r"(&direct_inputs), "r"(&direct_outputs), "r"(&pools), "r"(&inputs), "r"(&outputs));
    }
  }
  return failed != 0 || (WAY != NONE && output[0] != 42);
}
