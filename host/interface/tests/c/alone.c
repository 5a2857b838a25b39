/* A synthetic model `net`, called without the library: output k must be input k (or the last) plus k + 1, and plus the number of
 * runs since the reset, from 7, for a model with state. For any kind of model: workspaces, tensors inside one, constants
 * of its own or of the user, a device. */
#include "net.h"
#include "board.h"

#if TVM_NET_PARAMETER_COUNT && !TVM_NET_PARAMETER_FLASH_CARRIED
/* The values added to the outputs instead of 1 and 2. */
__attribute__((aligned(TVM_NET_PARAMETER_FLASH_ALIGNMENT))) static const uint8_t g_constants[TVM_NET_PARAMETER_FLASH_BYTES + 1] = { 11, 12, 13, 14, 15, 16, 17, 18, 0 };
#define ADDED 11
TVM_NET_STATIC_CONTEXT(g_context, g_constants);
#elif TVM_NET_DEVICE_COUNT
#define ADDED 1
static int g_calls;
static int8_t g_device;
static int32_t g_answer;
static int32_t called(void *context) {
  g_calls += context == (void *)&g_device ? 1 : 100;
  return g_answer;
}
#ifdef __cplusplus
extern "C" {
#endif
int32_t TVMDeviceEthosUActivate(void *context) {
  return called(context);
}
int32_t TVMDeviceEthosUOpen(void *context) {
  return called(context);
}
int32_t TVMDeviceEthosUClose(void *context) {
  return called(context);
}
int32_t TVMDeviceEthosUDeactivate(void *context) {
  return called(context);
}
#ifdef __cplusplus
}
#endif
static const TVMDevices_net g_devices = { &g_device };
TVM_NET_STATIC_CONTEXT(g_context, g_devices);
#else
#define ADDED 1
TVM_NET_STATIC_CONTEXT(g_context);
#endif

#ifdef STATE
static const int g_state = 7;
#else
static const int g_state = 0;
#endif

static int run(const TVMContext *context, int count) {
  int8_t *out;
  int i;
#ifdef TVM_NET_INPUT_X_OFFSET
  TVMInputs_net inputs;
  TVMOutputs_net outputs;
  static int8_t elsewhere[4];
  if (TVMMapInputs_net(context, NULL) != TVM_STATUS_NULL_INPUTS || TVMMapInputs_net(NULL, &inputs) != TVM_STATUS_NULL_CONTEXT ||
      TVMMapOutputs_net(context, NULL) != TVM_STATUS_NULL_OUTPUTS || TVMMapInputs_net(context, &inputs) != TVM_STATUS_OK ||
      TVMMapOutputs_net(context, &outputs) != TVM_STATUS_OK) {
    return 1;
  }
  for (i = 0; i < 4; i++) {
    inputs.x[i] = (int8_t)(10 + i);
  }
  out = outputs.y;
  if (TVMExecute_net(NULL, NULL, context) != TVM_STATUS_OK || out[3] != 13 + ADDED) {
    return 2;
  }
  for (i = 0; i < 4; i++) {
    inputs.x[i] = (int8_t)(10 + i);
  }
  outputs.y = elsewhere;
  if (TVMExecute_net(&inputs, &outputs, context) != TVM_STATUS_TENSOR_NOT_IN_WORKSPACE) {
    return 3;
  }
  outputs.y = out;
#else
  static tvm_net_input_t in;
  static tvm_net_output_t held;
  const TVMInputs_net inputs = TVM_NET_INPUTS(&in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&held);
  for (i = 0; i < 4; i++) {
    in.x[i] = (int8_t)(10 + i);
  }
  out = held.y;
  if (TVMExecute_net(NULL, &outputs, context) != TVM_STATUS_NULL_INPUTS ||
      TVMExecute_net(&inputs, NULL, context) != TVM_STATUS_NULL_OUTPUTS) {
    return 4;
  }
#if TVM_NET_WORKSPACE_COUNT
  if (TVMExecute_net(&inputs, &outputs, NULL) != TVM_STATUS_NULL_CONTEXT) {
    return 5;
  }
#endif
#endif
  if (TVMExecute_net(&inputs, &outputs, context) != TVM_STATUS_OK) {
    return 6;
  }
  for (i = 0; i < 4; i++) {
    if (out[i] != 10 + i + ADDED + (g_state != 0 ? g_state + count : 0)) {
      board_number("output", (uint32_t)(int32_t)out[i]);
      return 7;
    }
  }
  return 0;
}

/* The library's statuses for a context with missing or wrong parts. */
#if TVM_NET_DEVICE_COUNT
static int refused_devices(void) {
  static tvm_net_input_t in;
  static tvm_net_output_t out;
  const TVMInputs_net inputs = TVM_NET_INPUTS(&in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&out);
  TVMContext context = g_context;
  static void *const nothing[1] = { NULL };
  const TVMBinding unset = TVM_UNSET_BINDING;
  context.devices = unset;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_DEVICES_NOT_SET) {
    return 11;
  }
  context.devices.kind = TVM_BINDING_TABLE;
  context.devices.size = sizeof(void *) - 1;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_WRONG_COUNT) {
    return 12;
  }
  context.devices.size = sizeof(void *);
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_NULL_DEVICE) {
    return 13;
  }
  context.devices.memory = nothing;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_NULL_DEVICE) {
    return 14;
  }
  if (g_calls != 8) {
    return 15;
  }
  g_answer = 7;
  if (TVMExecute_net(&inputs, &outputs, &g_context) != -1 || g_calls != 9) {
    return 16;
  }
  g_answer = 0;
  return 0;
}
#endif
#if TVM_NET_PARAMETER_COUNT
static int refused_parameters(void) {
  static tvm_net_input_t in;
  static tvm_net_output_t out;
  const TVMInputs_net inputs = TVM_NET_INPUTS(&in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&out);
  TVMContext context = g_context;
  const TVMBinding unset = TVM_UNSET_BINDING;
  context.parameters = unset;
#if TVM_NET_PARAMETER_FLASH_CARRIED
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_OK) {
    return 21;
  }
#else
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_PARAMETERS_NOT_SET) {
    return 22;
  }
  context.parameters.kind = TVM_BINDING_BUFFER;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_NULL_PARAMETER) {
    return 23;
  }
  context.parameters.memory = g_constants + 1;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_MISALIGNED_PARAMETER) {
    return 24;
  }
  context.parameters.memory = g_constants;
  context.parameters.size = TVM_NET_PARAMETER_FLASH_BYTES - 1;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_PARAMETER_TOO_SMALL) {
    return 25;
  }
  context.parameters.kind = TVM_BINDING_TABLE;
  context.parameters.size = SIZE_MAX;
  context.parameters.memory = NULL;
  if (TVMExecute_net(&inputs, &outputs, &context) != TVM_STATUS_NULL_PARAMETER) {
    return 26;
  }
#endif
  return 0;
}
#endif
static int refused(void) {
  int answer = 0;
#if TVM_NET_DEVICE_COUNT
  answer = refused_devices();
#endif
#if TVM_NET_PARAMETER_COUNT
  answer = answer != 0 ? answer : refused_parameters();
#endif
  return answer;
}

int main(void) {
  int code = 0, count;
  if (TVMReset_net(&g_context) != TVM_STATUS_OK) {
    return board_end(30);
  }
  for (count = 0; count < 2 && code == 0; count++) {
    code = run(&g_context, count);
  }
#ifdef STATE
  if (TVMReset_net(NULL) != TVM_STATUS_NULL_CONTEXT || TVMReset_net(&g_context) != TVM_STATUS_OK) {
    return board_end(31);
  }
  code = code != 0 ? code : run(&g_context, 0);
#endif
  code = code != 0 ? code : refused();
  if (code != 0) {
    board_number("failed at", (uint32_t)code);
  }
  return board_end(code);
}
