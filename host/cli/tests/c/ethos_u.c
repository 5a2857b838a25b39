/* Runs a model with parts for an NPU on a stand-in for Arm's driver, which records how it is called: what it gets, and where. It changes
 * all memory of the NPU, as an NPU may, and writes known numbers to the outputs.
 *
 * EXPECTED is the value of the output's element for the input's element x. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TVM_EMBEDDED_DEVICES
#include "net.h"

TVM_DEVICE_ETHOS_U_FUNCTIONS()

struct ethosu_driver {
  int calls;
  /* Which hook fails, by its letter; 0 for none. */
  char fails;
  bool prints;
};

static uint8_t *workspace(void);

/* With the parameters of Arm's driver. */
static int ethosu_invoke_v3(struct ethosu_driver *driver, const void *custom_data_ptr, const int custom_data_size,
    uint64_t *const base_addr, const size_t *base_addr_size, const int num_base_addr, void *user_arg) {
  static uint8_t input[16384];
  const uint8_t *commands = (const uint8_t *)custom_data_ptr;
  int i;
  size_t j;
  (void)user_arg;
  if (((uintptr_t)custom_data_ptr & 15u) != 0u || memcmp(commands, "COP1", 4) != 0 || base_addr_size[3] > sizeof(input)) {
    return -1;
  }
  if (driver->prints) {
    printf("(%d:", custom_data_size);
  }
  for (i = 0; i < num_base_addr; i++) {
    const uint8_t *base = (const uint8_t *)(uintptr_t)base_addr[i];
    const bool inside = base >= workspace() && base < workspace() + TVM_NET_WORKSPACE_WORKSPACE_BYTES;
    if ((base_addr[i] & 15u) != 0u || (i > 0 && !inside)) {
      printf(" region %d is not where it should be", i);
      return -1;
    }
    if (driver->prints) {
      printf(i > 0 ? " %u@%u" : " %u", (unsigned)base_addr_size[i], (unsigned)(i > 0 ? base - workspace() : 0));
    }
  }
  if (driver->prints) {
    printf(")");
  }
  /* The first weights are 0, 1, 2 and so on in the small models. */
  if (SMALL && base_addr_size[0] > 5u && ((const uint8_t *)(uintptr_t)base_addr[0])[5] != 5) {
    return -1;
  }
  memcpy(input, (const void *)(uintptr_t)base_addr[3], base_addr_size[3]);
  for (i = 1; i < 3; i++) {
    memset((void *)(uintptr_t)base_addr[i], 0xa5, base_addr_size[i]);
  }
  for (i = 4; i < num_base_addr; i++) {
    uint8_t *output = (uint8_t *)(uintptr_t)base_addr[i];
    for (j = 0; j < base_addr_size[i]; j++) {
      output[j] = (uint8_t)(input[j] + (i - 3) + 10 * driver->calls);
    }
  }
  driver->calls++;
  return 0;
}

static int32_t step(tvm_device_ethos_u_t *device, char letter) {
  struct ethosu_driver *driver = (struct ethosu_driver *)device->user;
  if (driver->prints) {
    printf("%c", letter);
  }
  return driver->fails == letter ? 7 : 0;
}

static int32_t activate(tvm_device_ethos_u_t *device) {
  return step(device, 'a');
}
static int32_t open_npu(tvm_device_ethos_u_t *device) {
  return step(device, 'o');
}
static int32_t close_npu(tvm_device_ethos_u_t *device) {
  return step(device, 'c');
}
static int32_t deactivate(tvm_device_ethos_u_t *device) {
  return step(device, 'd');
}

static int32_t invoke(
    tvm_device_ethos_u_t *device, const void *commands, int32_t command_bytes, uint64_t *bases, size_t *sizes, int32_t count) {
  struct ethosu_driver *driver = (struct ethosu_driver *)device->user;
  const int32_t failed = step(device, 'i');
  return failed != 0 ? failed : ethosu_invoke_v3(driver, commands, (int)command_bytes, bases, sizes, (int)count, NULL);
}

static struct ethosu_driver g_driver;
static tvm_device_ethos_u_t g_npu = { activate, open_npu, close_npu, deactivate, &g_driver, invoke };
static const TVMDevices_net g_devices = TVM_NET_DEVICES(&g_npu);
static const TVMDevices_net g_no_devices = { NULL };
TVM_NET_STATIC_CONTEXT(g_context, g_devices);
static const TVMContext g_context_without = TVM_NET_CONTEXT(g_context_workspace, g_no_devices);

static uint8_t *workspace(void) {
  const uintptr_t at = (uintptr_t)g_context_workspace;
  return g_context_workspace + ((16u - (at & 15u)) & 15u);
}

static int clamped(int value) {
  return value < -128 ? -128 : value > 127 ? 127 : value;
}
static int wrapped(int value) {
  return (int)(int8_t)(uint8_t)(value & 255);
}

#ifdef PLACED
static TVMInputs_net g_inputs;
static TVMOutputs_net g_outputs;
#else
static tvm_net_input_t g_input;
static tvm_net_output_t g_output;
static TVMInputs_net g_inputs = TVM_NET_INPUTS(&g_input);
static TVMOutputs_net g_outputs = TVM_NET_OUTPUTS(&g_output);
#endif

/* Sets the inputs. */
static void prepare(void) {
  int8_t *input = (int8_t *)g_inputs.INPUT;
  int i;
  for (i = 0; i < TVM_NET_INPUT_BYTES; i++) {
    input[i] = (int8_t)(i % 120 - 60);
  }
  g_driver.calls = 0;
}

/* Whether the outputs are those expected. */
static const char *right(void) {
  const int8_t *output = (const int8_t *)g_outputs.OUTPUT;
  int i;
  /* Not every model needs both. */
  (void)clamped;
  (void)wrapped;
  for (i = 0; i < TVM_NET_OUTPUT_BYTES; i++) {
    const int x = i % 120 - 60;
    if (output[i] != EXPECTED) {
      return "wrong";
    }
  }
  return "right";
}

static int32_t run(const TVMContext *context) {
  prepare();
  return TVMExecute(&net, &g_inputs, &g_outputs, context);
}

int main(void) {
  const char *hook;
  int32_t status = 0;
  TVMContext unset = g_context;
  TVMRun parts;
#ifdef PLACED
  TVMMapInputs_net(&g_context, &g_inputs);
  TVMMapOutputs_net(&g_context, &g_outputs);
#endif
  g_driver.prints = true;
  status = run(&g_context);
  printf(" %d %s\n", (int)status, right());
  /* The same layer by layer. */
  prepare();
  status = TVMBegin_net(&parts, &g_inputs, &g_outputs, &g_context, NULL);
  while (status == TVM_STATUS_OK && (status = TVMStep_net(&parts, 1)) == TVM_STATUS_UNFINISHED) {
    status = TVM_STATUS_OK;
    printf("|");
  }
  printf(" %d %s\n", (int)status, right());
  /* Each hook fails once. */
  for (hook = "aoicd"; *hook != '\0'; hook++) {
    g_driver.fails = *hook;
    g_driver.prints = *hook != 'c' && *hook != 'd';
    printf("%c:", *hook);
    status = run(&g_context);
    printf(" %d\n", (int)status);
  }
  g_driver.fails = '\0';
  g_driver.prints = false;
  g_npu.invoke = NULL;
  status = run(&g_context);
  printf("no invoke: %d\n", (int)status);
  g_npu.invoke = invoke;
  printf("no device: %d\n", (int)run(&g_context_without));
  memset(&unset.devices, 0, sizeof(unset.devices));
  printf("not set: %d\n", (int)run(&unset));
  status = run(&g_context);
  printf("again: %d %s\n", (int)status, right());
  return 0;
}
