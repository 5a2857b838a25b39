/* SPDX-License-Identifier: Apache-2.0 */
/* The fast path of TVMExecute: a valid call of a plain model is checked with the first words of its descriptor, its
 * workspace and its alignment mask; its tensors' own rows are not read. Here a check of these rows would refuse the call,
 * since no address is a multiple of 0; so the result shows which path a call took. Otherwise the paths differ only in their
 * cost. */
#include "../check.h"

enum { BYTES = 40, ALIGNMENT = 16, BUFFER = BYTES + ALIGNMENT - 1 };

static unsigned g_runs;

static int32_t entry(const void *inputs, const void *outputs, const TVMContext *context) {
  (void)inputs;
  (void)outputs;
  (void)context;
  g_runs++;
  return 0;
}

static const TVMTensor tensor[1] = { { .name = "t", .identifier = "t", .size = 8, .alignment = 0 } };
static const TVMPool workspace[1] = { { .name = "w", .identifier = "w", .size = BYTES, .alignment = ALIGNMENT, .buffer_size = BUFFER } };
#define MODEL(what)                                                                                                                       \
  {                                                                                                                                       \
    .magic = TVM_MODEL_MAGIC, .abi_version = TVM_EMBEDDED_ABI_VERSION, .flags = (what), .struct_size = sizeof(TVMModel), .name = "short", \
    .inputs = tensor, .outputs = tensor, .workspaces = workspace, .entry = entry, .num_inputs = 1, .num_outputs = 1, .num_workspaces = 1, \
    .tensor_alignment_mask = 3, .tvm_version = {                                                                                          \
      0,                                                                                                                                  \
      18,                                                                                                                                 \
      0                                                                                                                                   \
    }                                                                                                                                     \
  }
static const TVMModel model = MODEL(TVM_MODEL_PLAIN);
static const TVMModel thorough = MODEL(0);

static uint8_t g_workspace[BUFFER + ALIGNMENT];
static uint64_t g_tensors[16];

typedef struct Call {
  const void *inputs[1];
  void *outputs[1];
  TVMContext context;
} Call;

static Call right_call(void) {
  Call call;
  call.inputs[0] = g_tensors;
  call.outputs[0] = &g_tensors[8];
  CHECK_STATUS(TVMSetWorkspaceBuffer(&call.context, g_workspace, BUFFER), TVM_STATUS_OK);
  return call;
}

static int32_t execute(const TVMModel *which, const Call *call) {
  const unsigned runs = g_runs;
  const int32_t status = TVMExecute(which, call->inputs, call->outputs, &call->context);
  CHECK(g_runs == runs + (status == TVM_STATUS_OK));
  return status;
}

static void goes_the_short_way(const Call *call) {
  CHECK_STATUS(execute(&model, call), TVM_STATUS_OK);
  CHECK_STATUS(execute(&thorough, call), TVM_STATUS_MISALIGNED_TENSOR);
}

static void goes_the_long_way(const Call *call, int32_t answer) {
  CHECK_STATUS(execute(&model, call), answer);
  CHECK_STATUS(execute(&thorough, call), answer);
}

/* At any address, if the buffer is as large as TVMGetWorkspaceSize says; a smaller one must be checked in full. */
static void workspaces(void) {
  size_t offset;
  for (offset = 0; offset < ALIGNMENT; offset++) {
    Call call = right_call();
    CHECK_STATUS(TVMSetWorkspaceBuffer(&call.context, g_workspace + offset, BUFFER), TVM_STATUS_OK);
    goes_the_short_way(&call);
    CHECK_STATUS(TVMSetWorkspaceBuffer(&call.context, g_workspace + offset, SIZE_MAX), TVM_STATUS_OK);
    goes_the_short_way(&call);
    CHECK_STATUS(TVMSetWorkspaceBuffer(&call.context, g_workspace + offset, BYTES - 1), TVM_STATUS_OK);
    goes_the_long_way(&call, TVM_STATUS_WORKSPACE_TOO_SMALL);
  }
}

/* Every address that the mask allows, for each of the two tensors; NULL never. */
static void tensors(void) {
  size_t in, out;
  for (in = 0; in < 16; in++) {
    for (out = 0; out < 16; out++) {
      Call call = right_call();
      call.inputs[0] = (const uint8_t *)g_tensors + in;
      call.outputs[0] = (uint8_t *)&g_tensors[8] + out;
      if (in % 4 == 0 && out % 4 == 0) {
        goes_the_short_way(&call);
      } else {
        goes_the_long_way(&call, TVM_STATUS_MISALIGNED_TENSOR);
      }
    }
  }
  {
    Call call = right_call();
    call.inputs[0] = NULL;
    goes_the_long_way(&call, TVM_STATUS_NULL_TENSOR);
    call = right_call();
    call.outputs[0] = NULL;
    /* The input is checked first. */
    goes_the_long_way(&call, TVM_STATUS_MISALIGNED_TENSOR);
  }
}

/* Other kinds of bindings are also valid, but not the usual case. */
static void bindings(void) {
  void *table[1] = { g_workspace };
  Call call = right_call();
  CHECK_STATUS(TVMSetWorkspaceTable(&call.context, table, sizeof(table)), TVM_STATUS_OK);
  goes_the_long_way(&call, TVM_STATUS_MISALIGNED_TENSOR);
  call.context.workspaces.kind = 0;
  goes_the_long_way(&call, TVM_STATUS_WORKSPACES_NOT_SET);
}

/* `count` bytes, one byte away from where they are aligned. */
static void *shifted(void *room, const void *bytes, size_t count) {
  return memcpy((uint8_t *)room + 1, bytes, count);
}

/* Two pointers that are misaligned by the same bits: each is wrong independently of the other. */
static void misaligned_twins(void) {
  static uint64_t first[sizeof(TVMModel) / 8 + 1], second[sizeof(TVMContext) / 8 + 1];
  Call call = right_call();
  const TVMModel *crooked_model = (const TVMModel *)shifted(first, &model, sizeof(model));
  const void *inputs = shifted(second, call.inputs, sizeof(call.inputs));
  CHECK_STATUS(TVMExecute(crooked_model, inputs, call.outputs, &call.context), TVM_STATUS_MISALIGNED_MODEL);
  {
    const void *outputs = shifted(first, call.outputs, sizeof(call.outputs));
    const TVMContext *context;
    CHECK_STATUS(TVMExecute(&model, inputs, outputs, &call.context), TVM_STATUS_MISALIGNED_ARGUMENT);
    context = (const TVMContext *)shifted(second, &call.context, sizeof(call.context));
    CHECK_STATUS(TVMExecute(&model, call.inputs, outputs, context), TVM_STATUS_MISALIGNED_CONTEXT);
  }
}

int main(void) {
  misaligned_twins();
  workspaces();
  tensors();
  bindings();
  return check_end();
}
