/* A device that records the calls of its hooks: once around the run, once around each operator, with the user's handle. */
#include <string.h>

#include "net.h"

static char g_calls[16];
static int g_device;
static int32_t g_answer;

static int32_t record(void *context, char call) {
  const size_t length = strlen(g_calls);
  g_calls[length] = context == &g_device ? call : '?';
  return call == 'o' ? g_answer : 0;
}

int32_t TVMDeviceEthosUActivate(void *context) { return record(context, 'a'); }
int32_t TVMDeviceEthosUOpen(void *context) { return record(context, 'o'); }
int32_t TVMDeviceEthosUClose(void *context) { return record(context, 'c'); }
int32_t TVMDeviceEthosUDeactivate(void *context) { return record(context, 'd'); }

static uint8_t g_workspace[TVM_NET_WORKSPACE_BYTES];
static const TVMDevices_net g_devices = { &g_device };
static const TVMContext g_context = TVM_NET_CONTEXT(g_workspace, g_devices);

int main(void) {
  tvm_net_input_t in = { { 1, 2, 3, 4 } };
  tvm_net_output_t out = { { 0, 0, 0, 0 } };
  const TVMInputs_net inputs = TVM_NET_INPUTS(&in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&out);
  TVMContext context;
  if (TVMExecute(&net, &inputs, &outputs, &g_context) != 0 || out.y[0] != 2 || strcmp(g_calls, "aocd") != 0) {
    return 1;
  }
  TVMSetWorkspaces(&context, g_workspace);
  memset(&context.devices, 0, sizeof context.devices);
  if (TVMExecute(&net, &inputs, &outputs, &context) != TVM_STATUS_DEVICES_NOT_SET) {
    return 2;
  }
  memset(g_calls, 0, sizeof g_calls);
  if (TVMSetDevices(&context, &g_devices) != 0 || TVMExecute_net(&inputs, &outputs, &context) != 0 ||
      strcmp(g_calls, "aocd") != 0) {
    return 3;
  }
  /* TVM's C ends the run at once when a hook fails. */
  g_answer = 7;
  memset(g_calls, 0, sizeof g_calls);
  if (TVMExecute(&net, &inputs, &outputs, &context) != -1 || strcmp(g_calls, "ao") != 0) {
    return 4;
  }
  return strcmp(TVMGetDeviceName(&net, 0), TVM_NET_DEVICE_ETHOS_U_NAME) == 0 ? 0 : 5;
}
