#include "model.h"

/* Not inlined: its instructions are then the same for every caller. */
__attribute__((noinline)) int32_t model_run(const void *inputs, const void *outputs, const TVMContext *context) {
    const struct inputs *in = inputs;
    const struct outputs *out = outputs;
    uint8_t *workspace = TVMWorkspaceStart(context, 1, 0, 8);
    workspace[0] = *(const uint8_t *)in->x;
    *(uint8_t *)out->y = (uint8_t)(workspace[0] + 1u);
    return 0;
}

static const int32_t shape[1] = {1};
static const TVMTensor input = {
    .name = "x",
    .identifier = "x",
    .shape = shape,
    .size = 1,
    .alignment = 1,
    .scale = 0.5f,
    .zero_point = 3,
    .dtype_lanes = 1,
    .dtype_code = 0,
    .dtype_bits = 8,
    .rank = 1,
    .flags = TVM_TENSOR_SHAPED | TVM_TENSOR_QUANTIZED,
};
static const TVMTensor output = {
    .name = "y",
    .identifier = "y",
    .shape = shape,
    .size = 1,
    .alignment = 1,
    .dtype_lanes = 1,
    .dtype_code = 0,
    .dtype_bits = 8,
    .rank = 1,
    .flags = TVM_TENSOR_SHAPED,
};
static const TVMPool workspace = {
    .name = "workspace",
    .identifier = "workspace",
    .size = 16,
    .alignment = 8,
    .buffer_size = WORKSPACE_BYTES,
};
const TVMModel model = {
    .magic = TVM_MODEL_MAGIC,
    .abi_version = TVM_EMBEDDED_ABI_VERSION,
    .flags = TVM_MODEL_PLAIN,
    .struct_size = sizeof(TVMModel),
    .name = "model",
    .inputs = &input,
    .outputs = &output,
    .workspaces = &workspace,
    .entry = model_run,
    .num_inputs = 1,
    .num_outputs = 1,
    .num_workspaces = 1,
    .tensor_alignment_mask = 0,
    .tvm_version = {0, 18, 0},
};
