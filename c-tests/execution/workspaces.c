/* SPDX-License-Identifier: Apache-2.0 */
/* Running a model: where its workspace may be, how it may be passed, what is written. */
#include "../check.h"
#include "../guarded.h"
#include "fake.h"

enum { AREA = 256 };
static union {
  uint64_t aligned;
  uint8_t bytes[AREA];
} g_area;
static uint8_t g_in_area[128];
static uint8_t g_out_area[128];

static const TVMModel *const models[2] = { &plain, &careful };

static void fill(int8_t *x) {
  int i;
  for (i = 0; i < FAKE_BYTES; i++) {
    x[i] = (int8_t)(i * 11 - 100);
  }
}

static int is_result(const int8_t *x, const int8_t *y) {
  int i;
  for (i = 0; i < FAKE_BYTES; i++) {
    if (y[i] != (int8_t)(x[i] + 1)) {
      return 0;
    }
  }
  return 1;
}

/* Every address, every size: a run is refused if a byte is missing, and stays inside its buffers otherwise. */
static void every_offset_and_size(const TVMModel *model) {
  size_t offset, size;
  for (offset = 0; offset < 32; offset++) {
    for (size = 1; size <= FAKE_BUFFER + 1; size++) {
      uint8_t *workspace = guard(g_area.bytes, AREA, 16 + offset, size);
      int8_t *x = (int8_t *)guard(g_in_area, sizeof(g_in_area), 33, FAKE_BYTES);
      int8_t *y = (int8_t *)guard(g_out_area, sizeof(g_out_area), 35, FAKE_BYTES);
      const size_t slack = (size_t)(0 - (uintptr_t)workspace) % FAKE_ALIGNMENT;
      TVMInputs_plain inputs;
      TVMOutputs_plain outputs;
      TVMContext context;
      const unsigned runs = fake.runs;
      inputs.x = x;
      outputs.y = y;
      fill(x);
      CHECK_STATUS(TVMSetWorkspaceBuffer(&context, workspace, size), TVM_STATUS_OK);
      if (size >= FAKE_WORKSPACE + slack) {
        CHECK_STATUS(TVMExecute(model, &inputs, &outputs, &context), TVM_STATUS_OK);
        CHECK(fake.runs == runs + 1 && fake.inputs == &inputs && fake.outputs == &outputs && fake.context == &context);
        CHECK(is_result(x, y));
      } else {
        CHECK_STATUS(TVMExecute(model, &inputs, &outputs, &context), TVM_STATUS_WORKSPACE_TOO_SMALL);
        CHECK(fake.runs == runs);
        CHECK(y[0] == 0x5A && workspace[0] == 0x5A);
      }
      CHECK(guards_intact(g_area.bytes, AREA, 16 + offset, size));
      CHECK(guards_intact(g_in_area, sizeof(g_in_area), 33, FAKE_BYTES));
      CHECK(guards_intact(g_out_area, sizeof(g_out_area), 35, FAKE_BYTES));
    }
  }
}

static int8_t g_x[FAKE_BYTES];
static int8_t g_y[FAKE_BYTES];
static const TVMInputs_plain g_inputs = { g_x };
static const TVMOutputs_plain g_outputs = { g_y };
static uint8_t g_workspace[FAKE_BUFFER];
static uint8_t g_small[FAKE_WORKSPACE - 1];

/* All of it in constant memory. */
static const TVMContext g_constant_context = { { g_workspace, sizeof(g_workspace), TVM_BINDING_BUFFER }, TVM_UNSET_BINDING,
  TVM_UNSET_BINDING };

static void runs_with(const TVMModel *model, const TVMContext *context) {
  memset(g_y, 0, sizeof(g_y));
  CHECK_STATUS(TVMExecute(model, &g_inputs, &g_outputs, context), TVM_STATUS_OK);
  CHECK(is_result(g_x, g_y));
}

static void every_way_to_give_it(const TVMModel *model) {
  TVMContext context;
  TVMWorkspaces_plain workspaces;
  void *pools[2];
  const void *array[1];
  uint8_t *pointer = g_workspace;
  fill(g_x);

  CHECK_STATUS(TVMSetWorkspaces(&context, g_workspace), TVM_STATUS_OK);
  CHECK(context.workspaces.kind == TVM_BINDING_BUFFER && context.workspaces.size == FAKE_BUFFER);
  runs_with(model, &context);
  CHECK_STATUS(TVMSetWorkspaces(&context, pointer), TVM_STATUS_OK);
  CHECK(context.workspaces.size == SIZE_MAX);
  runs_with(model, &context);
  CHECK_STATUS(TVMSetWorkspaces(&context, (void *)g_workspace), TVM_STATUS_OK);
  runs_with(model, &context);
  CHECK_STATUS((TVMSetWorkspaces)(&context, g_workspace), TVM_STATUS_OK);
  CHECK(context.workspaces.kind == TVM_BINDING_AUTO);
  runs_with(model, &context);

  workspaces.sram = g_workspace;
  CHECK_STATUS(TVMSetWorkspaces(&context, &workspaces), TVM_STATUS_OK);
  CHECK(context.workspaces.kind == TVM_BINDING_TABLE);
  runs_with(model, &context);
  pools[0] = g_workspace;
  pools[1] = NULL;
  CHECK_STATUS(TVMSetWorkspaces(&context, pools), TVM_STATUS_OK);
  runs_with(model, &context);
  array[0] = g_workspace;
  CHECK_STATUS(TVMSetWorkspaceTable(&context, array, sizeof(array)), TVM_STATUS_OK);
  runs_with(model, &context);
  workspaces.sram = NULL;
  CHECK_STATUS(TVMSetWorkspace(model, &workspaces, 0, g_workspace, sizeof(g_workspace)), TVM_STATUS_OK);
  CHECK(workspaces.sram == g_workspace);
  runs_with(model, &g_constant_context);

  /* The array's size is known here, so a small one is found. */
  CHECK_STATUS(TVMSetWorkspaces(&context, g_small), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(model, &g_inputs, &g_outputs, &context), TVM_STATUS_WORKSPACE_TOO_SMALL);
}

static void addresses_that_do_not_exist(const TVMModel *model) {
  TVMContext context;
  uint8_t *last = (uint8_t *)(UINTPTR_MAX - 15u);
  const unsigned runs = fake.runs;
  CHECK_STATUS(TVMSetWorkspaceBuffer(&context, last, FAKE_BUFFER), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(model, &g_inputs, &g_outputs, &context), TVM_STATUS_ADDRESS_OVERFLOW);
  CHECK_STATUS(TVMSetWorkspaceBuffer(&context, last + 1, SIZE_MAX), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(model, &g_inputs, &g_outputs, &context), TVM_STATUS_ADDRESS_OVERFLOW);
  CHECK(fake.runs == runs);
}

/* The model's code fails: its number is returned unchanged, also if it is one of the library's. */
static void failure_codes(const TVMModel *model) {
  static const int32_t codes[] = { -1, 1, 42, INT32_MAX, INT32_MIN, TVM_STATUS_NULL_MODEL, TVM_STATUS_BUSY };
  size_t i;
  for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
    fake.answer = codes[i];
    CHECK_STATUS(TVMExecute(model, &g_inputs, &g_outputs, &g_constant_context), codes[i]);
    fake.answer = 0;
    runs_with(model, &g_constant_context);
  }
}

/* Tensors with several bytes per element, passed as bare pointers. */
static void tensors_that_can_not_be(const TVMModel *model) {
  static union {
    uint64_t aligned;
    int8_t bytes[FAKE_BYTES + 8];
  } in, out;
  TVMTensor x = model->inputs[0], y = model->outputs[0];
  TVMModel wide = *model;
  TVMInputs_plain inputs;
  TVMOutputs_plain outputs;
  const unsigned runs = fake.runs;
  size_t bad;
  x.alignment = y.alignment = 4;
  wide.inputs = &x;
  wide.outputs = &y;
  wide.tensor_alignment_mask = 3;

  inputs.x = NULL;
  outputs.y = out.bytes;
  CHECK_STATUS(TVMExecute(&wide, &inputs, &outputs, &g_constant_context), TVM_STATUS_NULL_TENSOR);
  inputs.x = in.bytes;
  outputs.y = NULL;
  CHECK_STATUS(TVMExecute(&wide, &inputs, &outputs, &g_constant_context), TVM_STATUS_NULL_TENSOR);
  for (bad = 1; bad < 4; bad++) {
    inputs.x = in.bytes + bad;
    outputs.y = out.bytes;
    CHECK_STATUS(TVMExecute(&wide, &inputs, &outputs, &g_constant_context), TVM_STATUS_MISALIGNED_TENSOR);
    inputs.x = in.bytes;
    outputs.y = out.bytes + bad;
    CHECK_STATUS(TVMExecute(&wide, &inputs, &outputs, &g_constant_context), TVM_STATUS_MISALIGNED_TENSOR);
  }
  CHECK(fake.runs == runs);
  inputs.x = in.bytes + 4;
  outputs.y = out.bytes + 4;
  CHECK_STATUS(TVMExecute(&wide, &inputs, &outputs, &g_constant_context), TVM_STATUS_OK);
  CHECK(fake.runs == runs + 1 && out.bytes[4] == 1);
}

int main(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    every_offset_and_size(models[i]);
    every_way_to_give_it(models[i]);
    addresses_that_do_not_exist(models[i]);
    failure_codes(models[i]);
    tensors_that_can_not_be(models[i]);
  }
  return check_end();
}
