/* SPDX-License-Identifier: Apache-2.0 */
/* A model that Arm's compiler Vela has compiled, with Arm's driver for Ethos-U:
 *
 *   tvm-embedded compile part_vela.tflite -o part.tar --name part
 *   tvm-embedded generate part.tar -o part/
 *
 * With ETHOS_U_DRIVER it is built with the driver, Arm's ethos-u-core-driver; without it, stand_in.h has the three calls that are made
 * here. */
#include <stdio.h>
#ifdef ETHOS_U_DRIVER
#include <ethosu_driver.h>
#else
#include "stand_in.h"
#endif

#define TVM_EMBEDDED_DEVICES
#include "part.h"

/* The functions that the model calls: each calls the hook of the device that it gets. */
TVM_DEVICE_ETHOS_U_FUNCTIONS()

/* Called for each part of the model that the NPU executes. */
static int32_t npu_invoke(
    tvm_device_ethos_u_t *device, const void *commands, int32_t command_bytes, uint64_t *bases, size_t *sizes, int32_t count) {
  struct ethosu_driver *driver = ethosu_reserve_driver();
  int result = -1;
  if (driver != NULL) {
    result = ethosu_invoke_v3(driver, commands, (int)command_bytes, bases, sizes, (int)count, device->user);
    ethosu_release_driver(driver);
  }
  return result;
}

static tvm_device_ethos_u_t g_npu = { NULL, NULL, NULL, NULL, NULL, npu_invoke };
static const TVMDevices_part g_devices = TVM_PART_DEVICES(&g_npu);
TVM_PART_STATIC_CONTEXT(g_context, g_devices);

int main(void) {
  static tvm_part_input_t input;
  static tvm_part_output_t output;
  TVMInputs_part inputs = TVM_PART_INPUTS(&input);
  TVMOutputs_part outputs = TVM_PART_OUTPUTS(&output);
  int32_t status;
  int i;
  for (i = 0; i < TVM_PART_INPUT_X_BYTES; i++) {
    input.x[i] = (int8_t)(i - 64);
  }
  status = TVMExecute_part(&inputs, &outputs, &g_context);
  printf("%ld: %d %d ... %d\n", (long)status, output.y[0], output.y[1], output.y[TVM_PART_OUTPUT_Y_BYTES - 1]);
  return status == TVM_STATUS_OK ? 0 : 1;
}
