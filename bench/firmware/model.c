#include "model.h"

/* Not inlined: its instructions are then the same, whoever calls it. */
__attribute__((noinline)) int32_t model_run(const void *inputs, const void *outputs, const TVMContext *context) {
    const struct inputs *in = inputs;
    const struct outputs *out = outputs;
    uint8_t *workspace = TVMWorkspaceStart(context, 1, 0, 8);
    workspace[0] = *(const uint8_t *)in->x;
    *(uint8_t *)out->y = (uint8_t)(workspace[0] + 1u);
    return 0;
}

static const int32_t shape[1] = {1};
static const TVMTensor input = {"x", "x", shape, 1, 1, 0.5f, 3, 0, 0, 1, 0, 8, 1, TVM_TENSOR_SHAPED | TVM_TENSOR_QUANTIZED, 0};
static const TVMTensor output = {"y", "y", shape, 1, 1, 0.5f, 3, 0, 0, 1, 0, 8, 1, TVM_TENSOR_SHAPED | TVM_TENSOR_QUANTIZED, 0};
static const TVMPool workspace = {"workspace", "workspace", 0, 16, 8, 0, 0};
const TVMModel model = {
    TVM_MODEL_MAGIC, TVM_EMBEDDED_ABI_VERSION, sizeof(TVMModel), "model", &input, &output, &workspace, 0, 0, model_run, 0,
    1,               1,                        1,                0,       0,      {0, 18, 0},          {0, 0, 0, 0},
};
