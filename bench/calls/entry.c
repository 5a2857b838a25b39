/* What the generator writes for the model. */
#include "model.h"

int32_t tvmgen_model___tvm_main__(void *input, void *output, uint8_t *sram);

int32_t TVMEntry_model(const void *inputs, const void *outputs, const TVMContext *context) {
  const TVMInputs_model *in = (const TVMInputs_model *)inputs;
  const TVMOutputs_model *out = (const TVMOutputs_model *)outputs;
  return tvmgen_model___tvm_main__((void *)in->input, out->output, TVMWorkspaceStart(context, 1, 0, 16));
}

static const TVMTensor inputs[1] = {
    {.name = "input", .identifier = "input", .size = MODEL_BYTES, .alignment = 1, .dtype_lanes = 1, .dtype_bits = 8}};
static const TVMTensor outputs[1] = {
    {.name = "output", .identifier = "output", .size = MODEL_BYTES, .alignment = 1, .dtype_lanes = 1, .dtype_bits = 8}};
static const TVMPool workspaces[1] = {
    {.name = "sram", .identifier = "sram", .size = 64, .alignment = 16, .buffer_size = MODEL_WORKSPACE_BYTES}};

const TVMModel model = {
    .magic = TVM_MODEL_MAGIC,
    .abi_version = TVM_EMBEDDED_ABI_VERSION,
    .flags = TVM_MODEL_PLAIN,
    .struct_size = sizeof(TVMModel),
    .name = "model",
    .inputs = inputs,
    .outputs = outputs,
    .workspaces = workspaces,
    .entry = TVMEntry_model,
    .num_inputs = 1,
    .num_outputs = 1,
    .num_workspaces = 1,
    .tvm_version = {0, 12, 0},
};
