/* SPDX-License-Identifier: Apache-2.0 */
/* The order of TVMExecute's checks, as in its description: a call with every fault returns the first of them; each is
 * fixed in turn, and the next one is returned; the model runs when none is left. */
#include "../check.h"
#include "fake.h"

typedef struct Bad {
  TVMModel model;
  TVMContext context;
  uint8_t room[sizeof(TVMContext) + sizeof(void *)];
  void *workspaces[3];
  const void *parameters[3];
  void *devices[3];
  const void *inputs[3];
  void *outputs[3];
} Bad;

static union {
  uint64_t aligned;
  uint8_t bytes[FAKE_BUFFER + 16];
} g_sram;
static uint8_t g_state[FAKE_STATE];
static uint64_t g_weights[FAKE_WEIGHTS / 8 + 1];
static int32_t g_carried[4];
static int g_device;
static int8_t g_in[FAKE_BYTES];
static float g_in_vector[FAKE_FLOATS + 1];
static int8_t g_out[FAKE_BYTES];
static float g_out_vector[FAKE_FLOATS + 1];

static const void *off(const void *pointer, size_t bytes) {
  return (const char *)pointer + bytes;
}
static void *off_mutable(void *pointer, size_t bytes) {
  return (char *)pointer + bytes;
}

static Bad bad;

/* Each of these has its faults unless `step`, the number of faults already fixed, includes them. */
static const TVMModel *model_at(unsigned step) {
  bad.model = full;
  if (step < 3)
    bad.model.magic ^= 1u;
  if (step < 4)
    bad.model.abi_version++;
  if (step < 5)
    bad.model.struct_size++;
  return step < 1 ? NULL : step < 2 ? (const TVMModel *)off(&bad.model, 1) : &bad.model;
}

static const TVMContext *context_at(unsigned step) {
  if (step < 6)
    return NULL;
  if (step < 7)
    return (const TVMContext *)off(bad.room, sizeof(void *) - (uintptr_t)bad.room % sizeof(void *) + 1);
  return &bad.context;
}

static void workspaces_at(unsigned step) {
  bad.workspaces[0] = g_sram.bytes;
  bad.workspaces[1] = g_state;
  bad.context.workspaces.kind = TVM_BINDING_TABLE;
  bad.context.workspaces.memory = bad.workspaces;
  bad.context.workspaces.size = SIZE_MAX;
  if (step < 8)
    bad.context.workspaces.kind = 0;
  else if (step < 9)
    bad.context.workspaces.size = 2 * sizeof(void *) - 1;
  else if (step < 10)
    bad.context.workspaces.memory = off(bad.workspaces, 1);
  else if (step < 11)
    bad.context.workspaces.memory = NULL;
  else if (step < 12)
    bad.workspaces[0] = NULL;
  else if (step < 13)
    bad.workspaces[0] = (void *)(UINTPTR_MAX - 15u);
  else if (step < 14)
    bad.workspaces[1] = NULL;
}

static const void *inputs_at(unsigned step) {
  bad.inputs[0] = g_in;
  bad.inputs[1] = g_in_vector;
  if (step < 15)
    return NULL;
  if (step < 16)
    return off(bad.inputs, 1);
  if (step < 17)
    bad.inputs[0] = NULL;
  else if (step < 18)
    bad.inputs[1] = NULL;
  else if (step < 19)
    bad.inputs[1] = off(g_in_vector, 2);
  return bad.inputs;
}

static const void *outputs_at(unsigned step) {
  bad.outputs[0] = g_out;
  bad.outputs[1] = g_out_vector;
  if (step < 20)
    return NULL;
  if (step < 21)
    return off(bad.outputs, 1);
  if (step < 22)
    bad.outputs[0] = NULL;
  else if (step < 23)
    bad.outputs[1] = NULL;
  else if (step < 24)
    bad.outputs[1] = off_mutable(g_out_vector, 2);
  return bad.outputs;
}

static void parameters_at(unsigned step) {
  bad.parameters[0] = g_carried;
  bad.parameters[1] = g_weights;
  bad.context.parameters.kind = TVM_BINDING_TABLE;
  bad.context.parameters.memory = bad.parameters;
  bad.context.parameters.size = 2 * sizeof(void *);
  if (step < 25)
    bad.context.parameters.kind = TVM_BINDING_TABLE ^ 0x100;
  else if (step < 26)
    bad.context.parameters.size--;
  else if (step < 27)
    bad.context.parameters.memory = off(bad.parameters, sizeof(void *) / 2);
  else if (step < 28)
    bad.context.parameters.memory = NULL;
  else if (step < 29)
    bad.parameters[0] = NULL;
  else if (step < 30)
    bad.parameters[0] = off(g_carried, 2);
  else if (step < 31)
    bad.parameters[1] = NULL;
  else if (step < 32)
    bad.parameters[1] = off(g_weights, 4);
}

static void devices_at(unsigned step) {
  bad.devices[0] = &g_device;
  bad.devices[1] = &g_device;
  bad.context.devices.kind = TVM_BINDING_TABLE;
  bad.context.devices.memory = bad.devices;
  bad.context.devices.size = SIZE_MAX;
  if (step < 33)
    bad.context.devices.kind = UINT32_MAX;
  else if (step < 34)
    bad.context.devices.size = sizeof(void *);
  else if (step < 35)
    bad.context.devices.memory = off(bad.devices, 1);
  else if (step < 36)
    bad.context.devices.memory = NULL;
  else if (step < 37)
    bad.devices[1] = NULL;
}

/* The call with the faults. */
static int32_t call(unsigned step) {
  const TVMModel *model;
  const TVMContext *context;
  const void *inputs, *outputs;

  memset(&bad, 0, sizeof(bad));
  model = model_at(step);
  context = context_at(step);
  workspaces_at(step);
  inputs = inputs_at(step);
  outputs = outputs_at(step);
  parameters_at(step);
  devices_at(step);
  memset(g_state, step < 38 ? 0 : FAKE_MARK, sizeof(g_state));
  return TVMExecute(model, inputs, outputs, context);
}

static const int32_t answers[] = {
  TVM_STATUS_NULL_MODEL,
  TVM_STATUS_MISALIGNED_MODEL,
  TVM_STATUS_NOT_A_MODEL,
  TVM_STATUS_ABI_MISMATCH,
  TVM_STATUS_CORRUPT_MODEL,
  TVM_STATUS_NULL_CONTEXT,
  TVM_STATUS_MISALIGNED_CONTEXT,
  TVM_STATUS_WORKSPACES_NOT_SET,
  TVM_STATUS_WRONG_COUNT,
  TVM_STATUS_MISALIGNED_ARGUMENT,
  TVM_STATUS_NULL_WORKSPACE,
  TVM_STATUS_NULL_WORKSPACE,
  TVM_STATUS_ADDRESS_OVERFLOW,
  TVM_STATUS_NULL_WORKSPACE,
  TVM_STATUS_NULL_INPUTS,
  TVM_STATUS_MISALIGNED_ARGUMENT,
  TVM_STATUS_NULL_TENSOR,
  TVM_STATUS_NULL_TENSOR,
  TVM_STATUS_MISALIGNED_TENSOR,
  TVM_STATUS_NULL_OUTPUTS,
  TVM_STATUS_MISALIGNED_ARGUMENT,
  TVM_STATUS_NULL_TENSOR,
  TVM_STATUS_NULL_TENSOR,
  TVM_STATUS_MISALIGNED_TENSOR,
  TVM_STATUS_PARAMETERS_NOT_SET,
  TVM_STATUS_WRONG_COUNT,
  TVM_STATUS_MISALIGNED_ARGUMENT,
  TVM_STATUS_NULL_PARAMETER,
  TVM_STATUS_NULL_PARAMETER,
  TVM_STATUS_MISALIGNED_PARAMETER,
  TVM_STATUS_NULL_PARAMETER,
  TVM_STATUS_MISALIGNED_PARAMETER,
  TVM_STATUS_DEVICES_NOT_SET,
  TVM_STATUS_WRONG_COUNT,
  TVM_STATUS_MISALIGNED_ARGUMENT,
  TVM_STATUS_NULL_DEVICE,
  TVM_STATUS_NULL_DEVICE,
  TVM_STATUS_STATE_NOT_RESET,
};

int main(void) {
  const unsigned faults = sizeof(answers) / sizeof(answers[0]);
  unsigned step;
  for (step = 0; step < faults; step++) {
    const int32_t got = call(step);
    if (!CHECK_STATUS(got, answers[step])) {
      printf("  with %u faults fixed\n", step);
    }
    CHECK(fake.runs == 0);
  }
  CHECK_STATUS(call(faults), TVM_STATUS_OK);
  CHECK(fake.runs == 1);
  return check_end();
}
