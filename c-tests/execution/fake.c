/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

Fake fake;
void (*alone_callback)(void);

static void record(const void *inputs, const void *outputs, const TVMContext *context) {
  fake.runs++;
  fake.inputs = inputs;
  fake.outputs = outputs;
  fake.context = context;
}

#define BYTE_TENSOR(label, member)                                                                                                      \
  {                                                                                                                                     \
    .name = (label), .identifier = (member), .shape = image_shape, .size = FAKE_BYTES, .alignment = 1, .scale = 0.5f, .zero_point = -3, \
    .dtype_lanes = 1, .dtype_bits = 8, .rank = 4, .flags = TVM_TENSOR_SHAPED | TVM_TENSOR_QUANTIZED                                     \
  }
#define FLOAT_TENSOR(label, member)                                                                                                  \
  {                                                                                                                                  \
    .name = (label), .identifier = (member), .size = FAKE_FLOATS * sizeof(float), .alignment = 4, .dtype_lanes = 1, .dtype_code = 2, \
    .dtype_bits = 32                                                                                                                 \
  }
#define POOL(label, member, content, bytes, align, what)                                                                                   \
  {                                                                                                                                        \
    .name = (label), .identifier = (member), .data = (content), .size = (bytes), .alignment = (align), .buffer_size = (bytes) + (align)-1, \
    .flags = (what)                                                                                                                        \
  }
#define HEAD(what) .magic = TVM_MODEL_MAGIC, .abi_version = TVM_EMBEDDED_ABI_VERSION, .flags = (what), .struct_size = sizeof(TVMModel)

static const int32_t image_shape[4] = { 1, 2, 3, 4 };
static const TVMTensor x_tensor[1] = { BYTE_TENSOR("in/x:0", "x") };
static const TVMTensor y_tensor[1] = { BYTE_TENSOR("out/y:0", "y") };

/* ---- plain, careful ---- */
static int32_t plain_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  const TVMInputs_plain *in = (const TVMInputs_plain *)inputs;
  const TVMOutputs_plain *out = (const TVMOutputs_plain *)outputs;
  uint8_t *memory = TVMWorkspaceStart(context, 1, 0, FAKE_ALIGNMENT);
  int i;
  record(inputs, outputs, context);
  for (i = 0; i < FAKE_WORKSPACE; i++) {
    memory[i] = (uint8_t)in->x[i % FAKE_BYTES];
  }
  if (fake.answer != 0) {
    return fake.answer;
  }
  for (i = 0; i < FAKE_BYTES; i++) {
    out->y[i] = (int8_t)(memory[i] + 1);
  }
  return 0;
}

static const TVMPool one_workspace[1] = { POOL("sram", "sram", NULL, FAKE_WORKSPACE, FAKE_ALIGNMENT, 0) };
#define PLAIN(label, what)                                                                                                   \
  {                                                                                                                          \
    HEAD(what), .name = (label), .inputs = x_tensor, .outputs = y_tensor, .workspaces = one_workspace, .entry = plain_entry, \
                .num_inputs = 1, .num_outputs = 1, .num_workspaces = 1, .tvm_version = {                                     \
                  0,                                                                                                         \
                  12,                                                                                                        \
                  0                                                                                                          \
                }                                                                                                            \
  }
const TVMModel plain = PLAIN("plain", TVM_MODEL_PLAIN);
const TVMModel careful = PLAIN("careful", 0);

/* ---- full ---- */
static int32_t full_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  const TVMInputs_full *in = (const TVMInputs_full *)inputs;
  const TVMOutputs_full *out = (const TVMOutputs_full *)outputs;
  uint8_t *sram = TVMWorkspaceStart(context, 2, 0, FAKE_ALIGNMENT);
  uint8_t *state = TVMWorkspaceStart(context, 2, 1, 4);
  const void *parameters[2];
  void *devices[2];
  const int8_t *weights;
  size_t at;
  int i;
  /* As generated entries do: parameters, then devices. */
  for (at = 0; at < 2; at++) {
    const int32_t status = TVMGetParameter(&full, context, at, &parameters[at]);
    if (status != TVM_STATUS_OK) {
      return status;
    }
  }
  for (at = 0; at < 2; at++) {
    const int32_t status = TVMGetDevice(&full, context, at, &devices[at]);
    if (status != TVM_STATUS_OK) {
      return status;
    }
  }
  for (i = 1; i < FAKE_STATE; i++) {
    if (state[i] != FAKE_MARK) {
      return TVM_STATUS_STATE_NOT_RESET;
    }
  }
  if (in->image[0] == INT8_MIN && in->image[1] == INT8_MIN) {
    return TVM_STATUS_VALUE_OUT_OF_RANGE;
  }
  record(inputs, outputs, context);
  weights = (const int8_t *)parameters[1];
  state[0]++;
  for (i = 0; i < FAKE_WORKSPACE; i++) {
    sram[i] = state[0];
  }
  for (i = 0; i < FAKE_BYTES; i++) {
    out->image[i] = (int8_t)(in->image[i] + weights[0] + (int8_t)state[0]);
  }
  for (i = 0; i < FAKE_FLOATS; i++) {
    out->vector[i] = in->vector[i] * 2.0f;
  }
  return fake.answer;
}

static int32_t full_reset(const TVMContext *context) {
  uint8_t *state = TVMWorkspaceStart(context, 2, 1, 4);
  const void *parameters[2];
  size_t at;
  int i;
  /* As generated ones do. */
  for (at = 0; at < 2; at++) {
    const int32_t status = TVMGetParameter(&full, context, at, &parameters[at]);
    if (status != TVM_STATUS_OK) {
      return status;
    }
  }
  fake.resets++;
  for (i = 0; i < FAKE_STATE; i++) {
    state[i] = (uint8_t)(i == 0 ? 0 : FAKE_MARK);
  }
  return fake.answer;
}

static const TVMTensor full_inputs[2] = { BYTE_TENSOR("in/image:0", "image"), FLOAT_TENSOR("in/vector", "vector") };
static const TVMTensor full_outputs[2] = { BYTE_TENSOR("out/image:0", "image"), FLOAT_TENSOR("out/vector", "vector") };
static const TVMPool full_workspaces[2] = { POOL("fast memory", "sram", NULL, FAKE_WORKSPACE, FAKE_ALIGNMENT, 0),
  POOL("memory of state", "state", NULL, FAKE_STATE, 4, TVM_POOL_STATE) };
static const int32_t carried_data[4] = { 1, 2, 3, 4 };
static const TVMPool full_parameters[2] = { POOL("carried data", "carried", carried_data, sizeof(carried_data), 4, 0),
  POOL("user's weights", "weights", NULL, FAKE_WEIGHTS, FAKE_WEIGHTS_ALIGNMENT, 0) };
static const TVMPool full_devices[2] = { POOL("neural unit", "npu", NULL, 0, 1, 0), POOL("signal processor", "dsp", NULL, 0, 1, 0) };
const TVMModel full = { HEAD(0), .name = "full", .inputs = full_inputs, .outputs = full_outputs, .workspaces = full_workspaces,
  .parameters = full_parameters, .devices = full_devices, .entry = full_entry, .reset = full_reset, .num_inputs = 2, .num_outputs = 2,
  .num_workspaces = 2, .num_parameters = 2, .num_devices = 2, .tensor_alignment_mask = 3, .tvm_version = { 0, 18, 7 } };

/* ---- inside ---- */
static int32_t inside_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  uint8_t *memory = TVMWorkspaceStart(context, 1, 0, FAKE_ALIGNMENT);
  const int32_t status = TVMCheckMapped(&inside, context, inputs, outputs);
  int i;
  if (status != TVM_STATUS_OK) {
    return status;
  }
  record(inputs, outputs, context);
  for (i = 0; i < INSIDE_BYTES; i++) {
    memory[INSIDE_Y + i] = (uint8_t)(memory[INSIDE_X + i] * 2);
  }
  return fake.answer;
}

static const TVMTensor inside_x[1] = { { .name = "x",
    .identifier = "x",
    .size = INSIDE_BYTES,
    .alignment = 8,
    .workspace_offset = INSIDE_X,
    .dtype_lanes = 1,
    .dtype_bits = 8,
    .flags = TVM_TENSOR_IN_WORKSPACE } };
static const TVMTensor inside_y[1] = { { .name = "y",
    .identifier = "y",
    .size = INSIDE_BYTES,
    .alignment = 16,
    .workspace_offset = INSIDE_Y,
    .dtype_lanes = 1,
    .dtype_bits = 8,
    .flags = TVM_TENSOR_IN_WORKSPACE } };
static const TVMPool inside_workspace[1] = { POOL("arena", "arena", NULL, INSIDE_WORKSPACE, FAKE_ALIGNMENT, 0) };
const TVMModel inside = { HEAD(0), .name = "inside", .inputs = inside_x, .outputs = inside_y, .workspaces = inside_workspace,
  .entry = inside_entry, .num_inputs = 1, .num_outputs = 1, .num_workspaces = 1, .tensor_alignment_mask = 15,
  .tvm_version = { TVM_VERSION_UNKNOWN, TVM_VERSION_UNKNOWN, TVM_VERSION_UNKNOWN } };

/* ---- alone ---- */
static int32_t alone_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  static volatile uint8_t busy;
  static int8_t pool[FAKE_BYTES];
  const TVMInputs_alone *in = (const TVMInputs_alone *)inputs;
  const TVMOutputs_alone *out = (const TVMOutputs_alone *)outputs;
  int i;
  if (busy) {
    return TVM_STATUS_BUSY;
  }
  busy = 1;
  record(inputs, outputs, context);
  for (i = 0; i < FAKE_BYTES; i++) {
    pool[i] = (int8_t)-in->x[i];
  }
  if (alone_callback != NULL) {
    alone_callback();
  }
  for (i = 0; i < FAKE_BYTES; i++) {
    out->y[i] = pool[i];
  }
  busy = 0;
  return fake.answer;
}

const TVMModel alone = { HEAD(0), .name = "alone", .inputs = x_tensor, .outputs = y_tensor, .entry = alone_entry, .num_inputs = 1,
  .num_outputs = 1, .tvm_version = { 0, 8, 0 } };

/* ---- one, brought ---- */
const int8_t one_weights[FAKE_WEIGHTS] = { 7, 0, 0, 0, 0, 0, 0, 0 };

static int32_t add_weight(const TVMModel *model, const void *inputs, const void *outputs, const TVMContext *context) {
  const TVMInputs_plain *in = (const TVMInputs_plain *)inputs;
  const TVMOutputs_plain *out = (const TVMOutputs_plain *)outputs;
  const void *parameter = NULL;
  const int32_t status = TVMGetParameter(model, context, 0, &parameter);
  const int8_t *weights = (const int8_t *)parameter;
  int i;
  if (status != TVM_STATUS_OK) {
    return status;
  }
  record(inputs, outputs, context);
  for (i = 0; i < FAKE_BYTES; i++) {
    out->y[i] = (int8_t)(in->x[i] + weights[0]);
  }
  return fake.answer;
}
static int32_t one_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  return add_weight(&one, inputs, outputs, context);
}
static int32_t brought_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  return add_weight(&brought, inputs, outputs, context);
}

static int32_t brought_reset(const TVMContext *context) {
  const void *parameter = NULL;
  const int32_t status = TVMGetParameter(&brought, context, 0, &parameter);
  fake.resets += status == TVM_STATUS_OK;
  return status;
}

static const TVMPool one_parameter[1] = { POOL("weights", "weights", one_weights, FAKE_WEIGHTS, 1, 0) };
static const TVMPool brought_parameter[1] = { POOL("weights", "weights", NULL, FAKE_WEIGHTS, FAKE_WEIGHTS_ALIGNMENT, 0) };
const TVMModel one = { HEAD(0), .name = "one", .inputs = x_tensor, .outputs = y_tensor, .parameters = one_parameter, .entry = one_entry,
  .num_inputs = 1, .num_outputs = 1, .num_parameters = 1 };
const TVMModel brought = { HEAD(0), .name = "brought", .inputs = x_tensor, .outputs = y_tensor, .parameters = brought_parameter,
  .entry = brought_entry, .reset = brought_reset, .num_inputs = 1, .num_outputs = 1, .num_parameters = 1 };

/* ---- device ---- */
static int32_t device_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  const TVMInputs_plain *in = (const TVMInputs_plain *)inputs;
  const TVMOutputs_plain *out = (const TVMOutputs_plain *)outputs;
  void *handle = NULL;
  const int32_t status = TVMGetDevice(&device, context, 0, &handle);
  int i;
  if (status != TVM_STATUS_OK) {
    return status;
  }
  record(inputs, outputs, context);
  for (i = 0; i < FAKE_BYTES; i++) {
    out->y[i] = (int8_t)(in->x[i] ^ *(const int8_t *)handle);
  }
  return fake.answer;
}

static const TVMPool one_device[1] = { POOL("npu", "npu", NULL, 0, 1, 0) };
const TVMModel device = { HEAD(0), .name = "device", .inputs = x_tensor, .outputs = y_tensor, .devices = one_device, .entry = device_entry,
  .num_inputs = 1, .num_outputs = 1, .num_devices = 1 };
