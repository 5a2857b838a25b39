/* SPDX-License-Identifier: Apache-2.0 */
/* Models with several workspaces, with parameters, with devices, with state, with nothing. */
#include "../check.h"
#include "../guarded.h"
#include "fake.h"

static int8_t g_x[FAKE_BYTES] = { 1, 2, 3 };
static int8_t g_y[FAKE_BYTES];
static const TVMInputs_plain g_inputs = { g_x };
static const TVMOutputs_plain g_outputs = { g_y };

static union {
  uint64_t aligned;
  uint8_t bytes[FAKE_BUFFER + 64];
} g_sram;
static union {
  uint64_t aligned;
  uint8_t bytes[32];
} g_state;
static uint64_t g_weights[FAKE_WEIGHTS / 8];
static int32_t g_carried[4];
static int g_handle;

/* A failing reset returns its status; one buffer can't be used for two pools. */
static void failing_resets_and_single_buffers(
    TVMContext *context, const TVMWorkspaces_full *workspaces, const TVMInputs_full *inputs, const TVMOutputs_full *outputs) {
  void *found = NULL;
  fake.answer = -5;
  CHECK_STATUS(TVMReset(&full, context), -5);
  fake.answer = 0;
  CHECK_STATUS(TVMSetWorkspaces(context, g_sram.bytes), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&full, inputs, outputs, context), TVM_STATUS_WRONG_COUNT);
  CHECK_STATUS(TVMReset(&full, context), TVM_STATUS_WRONG_COUNT);
  CHECK_STATUS(TVMGetWorkspace(&full, context, 0, &found), TVM_STATUS_WRONG_COUNT);
  CHECK_STATUS(TVMSetWorkspaces(context, workspaces), TVM_STATUS_OK);
  CHECK_STATUS(TVMSetParameters(context, (const int8_t *)g_weights), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&full, inputs, outputs, context), TVM_STATUS_WRONG_COUNT);
}

static void several_workspaces_parameters_devices_and_state(void) {
  static int8_t out_image[FAKE_BYTES];
  static float in_vector[FAKE_FLOATS] = { 1.5f, -2.0f, 0.0f }, out_vector[FAKE_FLOATS];
  const TVMInputs_full inputs = { g_x, in_vector };
  const TVMOutputs_full outputs = { out_image, out_vector };
  TVMWorkspaces_full workspaces;
  TVMParameters_full parameters;
  TVMDevices_full devices;
  TVMContext context;
  void *found = NULL;
  const void *found_constant = NULL;

  ((int8_t *)g_weights)[0] = 10;
  workspaces.sram = guard(g_sram.bytes, sizeof(g_sram), 19, FAKE_BUFFER);
  workspaces.state = guard(g_state.bytes, sizeof(g_state), 4, FAKE_STATE);
  parameters.carried = g_carried;
  parameters.weights = g_weights;
  devices.npu = &g_handle;
  devices.dsp = &g_handle;
  CHECK_STATUS(TVMSetWorkspaces(&context, &workspaces), TVM_STATUS_OK);
  CHECK_STATUS(TVMSetParameters(&context, &parameters), TVM_STATUS_OK);
  CHECK_STATUS(TVMSetDevices(&context, &devices), TVM_STATUS_OK);

  /* No run before the state was reset, with either call; other memory counts as not reset. */
  CHECK_STATUS(TVMExecute(&full, &inputs, &outputs, &context), TVM_STATUS_STATE_NOT_RESET);
  CHECK(fake.runs == 0 && out_image[0] == 0);
  CHECK_STATUS(TVMReset(&full, &context), TVM_STATUS_OK);
  CHECK(fake.resets == 1 && g_state.bytes[4] == 0);
  CHECK_STATUS(TVMExecute(&full, &inputs, &outputs, &context), TVM_STATUS_OK);
  CHECK(out_image[0] == 1 + 10 + 1 && out_image[1] == 2 + 10 + 1);
  CHECK(out_vector[0] > 2.9f && out_vector[0] < 3.1f);
  CHECK_STATUS(TVMExecute(&full, &inputs, &outputs, &context), TVM_STATUS_OK);
  CHECK(out_image[0] == 1 + 10 + 2);
  CHECK_STATUS(TVMReset(&full, &context), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&full, &inputs, &outputs, &context), TVM_STATUS_OK);
  CHECK(out_image[0] == 1 + 10 + 1);
  CHECK(guards_intact(g_sram.bytes, sizeof(g_sram), 19, FAKE_BUFFER));
  CHECK(guards_intact(g_state.bytes, sizeof(g_state), 4, FAKE_STATE));

  CHECK_STATUS(TVMGetWorkspace(&full, &context, 0, &found), TVM_STATUS_OK);
  CHECK((uintptr_t)found % FAKE_ALIGNMENT == 0 && (uint8_t *)found - (uint8_t *)workspaces.sram < FAKE_ALIGNMENT &&
        (uint8_t *)found >= (uint8_t *)workspaces.sram);
  CHECK_STATUS(TVMGetWorkspace(&full, &context, 1, &found), TVM_STATUS_OK);
  CHECK(found == workspaces.state);
  CHECK_STATUS(TVMGetParameter(&full, &context, 0, &found_constant), TVM_STATUS_OK);
  CHECK(found_constant == g_carried);
  CHECK_STATUS(TVMGetParameter(&full, &context, 1, &found_constant), TVM_STATUS_OK);
  CHECK(found_constant == g_weights);

  failing_resets_and_single_buffers(&context, &workspaces, &inputs, &outputs);

  /* The functions behind the macros take a table from a model that has several. */
  CHECK_STATUS((TVMSetWorkspaces)(&context, &workspaces), TVM_STATUS_OK);
  CHECK_STATUS((TVMSetParameters)(&context, &parameters), TVM_STATUS_OK);
  CHECK(context.workspaces.kind == TVM_BINDING_AUTO && context.parameters.kind == TVM_BINDING_AUTO);
  CHECK_STATUS(TVMReset(&full, &context), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&full, &inputs, &outputs, &context), TVM_STATUS_OK);
  CHECK(out_image[0] == 1 + 10 + 1);
}

static void no_state_needs_no_reset(void) {
  TVMContext context;
  CHECK_STATUS(TVMSetWorkspaces(&context, g_sram.bytes), TVM_STATUS_OK);
  CHECK_STATUS(TVMReset(&plain, &context), TVM_STATUS_OK);
  CHECK_STATUS(TVMReset(&alone, NULL), TVM_STATUS_OK);
}

static void parameters_with_and_without_data(void) {
  static const int8_t other[FAKE_WEIGHTS] = { 20 };
  TVMContext context;
  const void *found = NULL;
  memset(&context, 0, sizeof(context));

  /* Carried by the model: need not be set, but other data may be. */
  CHECK_STATUS(TVMExecute(&one, &g_inputs, &g_outputs, &context), TVM_STATUS_OK);
  CHECK(g_y[0] == 1 + 7);
  CHECK_STATUS(TVMGetParameter(&one, NULL, 0, &found), TVM_STATUS_OK);
  CHECK(found == one_weights);
  CHECK_STATUS(TVMGetParameter(&one, &context, 0, &found), TVM_STATUS_OK);
  CHECK(found == one_weights);
  CHECK_STATUS(TVMSetParameters(&context, other), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&one, &g_inputs, &g_outputs, &context), TVM_STATUS_OK);
  CHECK(g_y[0] == 1 + 20);
  CHECK_STATUS(TVMGetParameter(&one, &context, 0, &found), TVM_STATUS_OK);
  CHECK(found == other);
  CHECK_STATUS(TVMSetParameterBuffer(&context, other, FAKE_WEIGHTS - 1), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&one, &g_inputs, &g_outputs, &context), TVM_STATUS_PARAMETER_TOO_SMALL);

  /* Brought by the user: must be set, aligned and large enough. */
  memset(&context, 0, sizeof(context));
  CHECK_STATUS(TVMExecute(&brought, &g_inputs, &g_outputs, &context), TVM_STATUS_PARAMETERS_NOT_SET);
  CHECK_STATUS(TVMExecute(&brought, &g_inputs, &g_outputs, NULL), TVM_STATUS_NULL_CONTEXT);
  CHECK_STATUS(TVMGetParameter(&brought, &context, 0, &found), TVM_STATUS_PARAMETERS_NOT_SET);
  CHECK_STATUS(TVMSetParameterBuffer(&context, (const char *)g_weights + 1, FAKE_WEIGHTS), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&brought, &g_inputs, &g_outputs, &context), TVM_STATUS_MISALIGNED_PARAMETER);
  CHECK_STATUS(TVMSetParameterBuffer(&context, g_weights, FAKE_WEIGHTS - 1), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&brought, &g_inputs, &g_outputs, &context), TVM_STATUS_PARAMETER_TOO_SMALL);
  CHECK_STATUS((TVMSetParameters)(&context, g_weights), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&brought, &g_inputs, &g_outputs, &context), TVM_STATUS_OK);
  CHECK(g_y[0] == 1 + 10);
}

static void devices_are_handed_on(void) {
  static int8_t mask = 0x55;
  static const TVMDevices_full handles = { &mask, NULL };
  TVMContext context;
  memset(&context, 0xA5, sizeof(context));
  CHECK_STATUS(TVMExecute(&device, &g_inputs, &g_outputs, &context), TVM_STATUS_DEVICES_NOT_SET);
  CHECK_STATUS(TVMSetDevices(&context, &handles), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&device, &g_inputs, &g_outputs, &context), TVM_STATUS_OK);
  CHECK(g_y[0] == (1 ^ 0x55));
}

static int32_t g_nested;
static void call_again(void) {
  g_nested = TVMExecute(&alone, &g_inputs, &g_outputs, NULL);
}

static void a_model_with_memory_of_its_own(void) {
  CHECK_STATUS(TVMExecute(&alone, &g_inputs, &g_outputs, NULL), TVM_STATUS_OK);
  CHECK(g_y[0] == -1 && g_y[2] == -3);
  alone_callback = call_again;
  memset(g_y, 0, sizeof(g_y));
  CHECK_STATUS(TVMExecute(&alone, &g_inputs, &g_outputs, NULL), TVM_STATUS_OK);
  CHECK_STATUS(g_nested, TVM_STATUS_BUSY);
  CHECK(g_y[0] == -1);
  alone_callback = NULL;
  CHECK_STATUS(TVMExecute(&alone, &g_inputs, &g_outputs, NULL), TVM_STATUS_OK);
}

static void tensors_inside_the_workspace(void) {
  size_t offset;
  for (offset = 0; offset < 32; offset++) {
    TVMInputs_inside inputs = { NULL };
    TVMOutputs_inside outputs = { NULL };
    int8_t *x, *y;
    TVMContext context;
    uint8_t *workspace = guard(g_sram.bytes, sizeof(g_sram), offset, INSIDE_WORKSPACE + FAKE_ALIGNMENT - 1);
    CHECK_STATUS(TVMSetWorkspaceBuffer(&context, workspace, INSIDE_WORKSPACE + FAKE_ALIGNMENT - 1), TVM_STATUS_OK);
    CHECK_STATUS(TVMMapInputs(&inside, &context, &inputs), TVM_STATUS_OK);
    CHECK_STATUS(TVMMapOutputs(&inside, &context, &outputs), TVM_STATUS_OK);
    x = (int8_t *)(uintptr_t)inputs.x;
    y = outputs.y;
    CHECK(y - x == INSIDE_Y - INSIDE_X && (uintptr_t)y % FAKE_ALIGNMENT == 0);
    CHECK((uint8_t *)x >= workspace + INSIDE_X && (uint8_t *)x < workspace + INSIDE_X + FAKE_ALIGNMENT);
    memset(x, 21, INSIDE_BYTES);
    CHECK_STATUS(TVMExecute(&inside, &inputs, &outputs, &context), TVM_STATUS_OK);
    CHECK(y[0] == 42 && y[INSIDE_BYTES - 1] == 42);
    /* NULL means the same: the model knows where they are. */
    memset(x, 4, INSIDE_BYTES);
    CHECK_STATUS(TVMExecute(&inside, NULL, NULL, &context), TVM_STATUS_OK);
    CHECK(y[0] == 8);
    CHECK(guards_intact(g_sram.bytes, sizeof(g_sram), offset, INSIDE_WORKSPACE + FAKE_ALIGNMENT - 1));

    inputs.x = x + 8;
    CHECK_STATUS(TVMExecute(&inside, &inputs, &outputs, &context), TVM_STATUS_TENSOR_NOT_IN_WORKSPACE);
    inputs.x = x;
    outputs.y = y - FAKE_ALIGNMENT;
    CHECK_STATUS(TVMExecute(&inside, &inputs, &outputs, &context), TVM_STATUS_TENSOR_NOT_IN_WORKSPACE);
    outputs.y = y + 8;
    CHECK_STATUS(TVMExecute(&inside, &inputs, &outputs, &context), TVM_STATUS_TENSOR_NOT_IN_WORKSPACE);
    outputs.y = NULL;
    CHECK_STATUS(TVMExecute(&inside, &inputs, &outputs, &context), TVM_STATUS_TENSOR_NOT_IN_WORKSPACE);
  }
}

/* One tensor in the caller's memory and one in the workspace: only the second has an address that can be reported and checked. */
static void tensors_inside_and_outside(void) {
  TVMTensor tensors[2];
  TVMModel mixed = inside;
  const void *pointers[2] = { NULL, NULL };
  TVMInputs_inside mapped = { NULL };
  TVMContext context;
  tensors[0] = plain.inputs[0];
  tensors[1] = inside.inputs[0];
  mixed.inputs = tensors;
  mixed.num_inputs = 2;
  CHECK_STATUS(TVMSetWorkspaceBuffer(&context, g_sram.bytes, sizeof(g_sram)), TVM_STATUS_OK);
  CHECK_STATUS(TVMMapInputs(&inside, &context, &mapped), TVM_STATUS_OK);
  CHECK_STATUS(TVMMapInputs(&mixed, &context, pointers), TVM_STATUS_NOT_AVAILABLE);
  CHECK(pointers[0] == NULL && pointers[1] == NULL);
  pointers[0] = g_x;
  pointers[1] = mapped.x;
  CHECK_STATUS(TVMCheckMapped(&mixed, &context, pointers, NULL), TVM_STATUS_OK);
  pointers[1] = g_x;
  CHECK_STATUS(TVMCheckMapped(&mixed, &context, pointers, NULL), TVM_STATUS_TENSOR_NOT_IN_WORKSPACE);
}

/* A generator may leave out the model's own names: the C identifiers are still found. */
static void a_model_without_names(void) {
  TVMTensor tensor = plain.inputs[0];
  TVMModel nameless = plain;
  nameless.inputs = &tensor;
  CHECK_STATUS(TVMFindInput(&nameless, "in/x:0"), 0);
  tensor.name = NULL;
  CHECK_STATUS(TVMFindInput(&nameless, "in/x:0"), TVM_STATUS_NAME_UNKNOWN);
  CHECK_STATUS(TVMFindInput(&nameless, "x"), 0);
  CHECK(TVMGetInputName(&nameless, 0) == NULL);
  tensor.identifier = NULL;
  CHECK_STATUS(TVMFindInput(&nameless, "x"), TVM_STATUS_NAME_UNKNOWN);
  CHECK_STATUS(TVMFindInput(&nameless, ""), TVM_STATUS_NAME_UNKNOWN);
}

/* There is nothing to run. */
static void a_model_without_an_entry(void) {
  TVMModel empty = careful;
  TVMContext context;
  const unsigned runs = fake.runs;
  CHECK_STATUS(TVMSetWorkspaces(&context, g_sram.bytes), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&empty, &g_inputs, &g_outputs, &context), TVM_STATUS_OK);
  empty.entry = NULL;
  CHECK_STATUS(TVMExecute(&empty, &g_inputs, &g_outputs, &context), TVM_STATUS_CORRUPT_MODEL);
  CHECK(fake.runs == runs + 1);
}

/* Each aspect is checked, in the order of TVMExecute, and nothing runs. */
static void contexts_are_checked_without_a_run(void) {
  static TVMModel empty;
  const unsigned runs = (unsigned)fake.runs;
  TVMWorkspaces_full workspaces;
  TVMParameters_full parameters;
  TVMDevices_full devices;
  TVMContext context;
  memset(&context, 0, sizeof(context));
  workspaces.sram = g_sram.bytes;
  workspaces.state = g_state.bytes;
  parameters.carried = NULL;
  parameters.weights = g_weights;
  devices.npu = &g_handle;
  devices.dsp = NULL;
  CHECK_STATUS(TVMCheckContext(NULL, &context), TVM_STATUS_NULL_MODEL);
  CHECK_STATUS(TVMCheckContext(&empty, &context), TVM_STATUS_NOT_A_MODEL);
  CHECK_STATUS(TVMCheckContext(&full, NULL), TVM_STATUS_NULL_CONTEXT);
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_WORKSPACES_NOT_SET);
  CHECK_STATUS(TVMSetWorkspaces(&context, &workspaces), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_PARAMETERS_NOT_SET);
  CHECK_STATUS(TVMSetParameters(&context, &parameters), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_NULL_PARAMETER);
  parameters.carried = g_carried;
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_DEVICES_NOT_SET);
  CHECK_STATUS(TVMSetDevices(&context, &devices), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_NULL_DEVICE);
  devices.dsp = &g_handle;
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_OK);
  workspaces.state = NULL;
  CHECK_STATUS(TVMCheckContext(&full, &context), TVM_STATUS_NULL_WORKSPACE);
  CHECK_STATUS(TVMCheckContext(&alone, NULL), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckContext(&one, NULL), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckContext(&brought, NULL), TVM_STATUS_NULL_CONTEXT);
  empty = full;
  empty.entry = NULL;
  CHECK_STATUS(TVMCheckContext(&empty, &context), TVM_STATUS_CORRUPT_MODEL);
  CHECK((unsigned)fake.runs == runs);
}

int main(void) {
  several_workspaces_parameters_devices_and_state();
  no_state_needs_no_reset();
  parameters_with_and_without_data();
  devices_are_handed_on();
  a_model_with_memory_of_its_own();
  tensors_inside_the_workspace();
  tensors_inside_and_outside();
  a_model_without_names();
  a_model_without_an_entry();
  contexts_are_checked_without_a_run();
  return check_end();
}
