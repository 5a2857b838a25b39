/* SPDX-License-Identifier: Apache-2.0 */
/* A device of a model in Zephyr's style: its power follows the model's runs (pm_device_runtime), and a mutex keeps other users of the
 * accelerator away while an operator works. Generated from the compiled model in model/:
 *
 *   tvm-embedded generate --header model/tvmgen_scale.h --library libscale.a --facts model/facts.json -o scale/
 *
 * Without Zephyr, stand_in.h has the few calls of it. */
#ifdef __ZEPHYR__
#include <stdio.h>
#include <zephyr/device.h>
#include <zephyr/kernel.h>
#include <zephyr/pm/device_runtime.h>
#else
#include "stand_in.h"
#endif

#define TVM_EMBEDDED_DEVICES
#include "scale.h"

/* The functions that the model calls: each calls the hook of the device that it gets. */
TVM_DEVICE_SCALER_FUNCTIONS()

K_MUTEX_DEFINE(g_bus);

/* What the hooks know of the accelerator. */
struct scaler {
  const struct device *device;
  struct k_mutex *bus;
  bool active;
  bool open;
};

static struct scaler *scaler_of(tvm_device_scaler_t *device) {
  return (struct scaler *)device->user;
}

static int32_t scaler_close(tvm_device_scaler_t *device) {
  struct scaler *scaler = scaler_of(device);
  scaler->open = false;
  return k_mutex_unlock(scaler->bus);
}

static int32_t scaler_deactivate(tvm_device_scaler_t *device) {
  struct scaler *scaler = scaler_of(device);
  scaler->active = false;
  return pm_device_runtime_put(scaler->device);
}

/* A run that fails ends at once, without the remaining calls: what it left is put back first. */
static int32_t scaler_recover(tvm_device_scaler_t *device) {
  int32_t status = 0;
  if (scaler_of(device)->open) {
    status = scaler_close(device);
  }
  if (status == 0 && scaler_of(device)->active) {
    status = scaler_deactivate(device);
  }
  return status;
}

static int32_t scaler_activate(tvm_device_scaler_t *device) {
  struct scaler *scaler = scaler_of(device);
  int32_t status = scaler_recover(device);
  if (status == 0) {
    status = device_is_ready(scaler->device) ? pm_device_runtime_get(scaler->device) : -19;
  }
  scaler->active = status == 0;
  return status;
}

static int32_t scaler_open(tvm_device_scaler_t *device) {
  struct scaler *scaler = scaler_of(device);
  const int32_t status = k_mutex_lock(scaler->bus, K_MSEC(100));
  scaler->open = status == 0;
  return status;
}

/* What the accelerator computes; on a real device, its registers are written here. */
int32_t scaler_add(const int8_t *a, const int8_t *b, int8_t *sum, int32_t count);
int32_t scaler_add(const int8_t *a, const int8_t *b, int8_t *sum, int32_t count) {
  int32_t i;
  for (i = 0; i < count; i++) {
    sum[i] = (int8_t)(a[i] + b[i]);
  }
  return 0;
}

static struct scaler g_scaler = { DEVICE_DT_GET(DT_NODELABEL(scaler)), &g_bus, false, false };
static tvm_device_scaler_t g_device = { scaler_activate, scaler_open, scaler_close, scaler_deactivate, &g_scaler };
static const TVMDevices_scale g_devices = TVM_SCALE_DEVICES(&g_device);
static const TVMContext g_context = TVM_SCALE_CONTEXT(g_devices);

int main(void) {
  static const tvm_scale_input_t input = { { 1, -2, 3, 4 } };
  static tvm_scale_output_t output;
  TVMInputs_scale inputs = TVM_SCALE_INPUTS(&input);
  TVMOutputs_scale outputs = TVM_SCALE_OUTPUTS(&output);
  int32_t status;

  /* Another user of the accelerator holds it: the run fails, and the next one begins with the device as it should be. */
  k_mutex_lock(&g_bus, K_FOREVER);
  status = TVMExecute_scale(&inputs, &outputs, &g_context);
  printf("busy: %ld\n", (long)status);
  k_mutex_unlock(&g_bus);

  status = TVMExecute_scale(&inputs, &outputs, &g_context);
  printf("free: %ld, %d %d %d %d\n", (long)status, output.y[0], output.y[1], output.y[2], output.y[3]);
  return status == TVM_STATUS_OK ? 0 : 1;
}
