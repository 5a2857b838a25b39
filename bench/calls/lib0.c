/* The entry point of the interface "c", as TVM writes it beside the operators. */
#include "model.h"

int32_t tvmgen_model___tvm_main__(void *input, void *output, uint8_t *sram);

int32_t tvmgen_model_run(struct tvmgen_model_inputs *inputs, struct tvmgen_model_outputs *outputs,
                         struct tvmgen_model_workspace_pools *workspace_pools) {
  return tvmgen_model___tvm_main__(inputs->input, outputs->output, (uint8_t *)workspace_pools->sram);
}
