/* SPDX-License-Identifier: Apache-2.0 */
/* The code of the model, which a user has only as a static library: it doubles its input in two operators on the device, with the
 * calls of the device's functions in the order that TVM gives them. */
#include "tvmgen_scale.h"

int32_t TVMDeviceScalerActivate(void *context);
int32_t TVMDeviceScalerOpen(void *context);
int32_t TVMDeviceScalerClose(void *context);
int32_t TVMDeviceScalerDeactivate(void *context);

/* The driver of the accelerator, as the compiler's own library has it. */
int32_t scaler_add(const int8_t *a, const int8_t *b, int8_t *sum, int32_t count);

static int32_t on_device(void *device, const int8_t *a, const int8_t *b, int8_t *sum) {
  if (TVMDeviceScalerOpen(device) != 0) {
    return -1;
  }
  if (scaler_add(a, b, sum, 4) != 0) {
    return -1;
  }
  return TVMDeviceScalerClose(device) != 0 ? -1 : 0;
}

int32_t tvmgen_scale_run(struct tvmgen_scale_inputs *inputs, struct tvmgen_scale_outputs *outputs, struct tvmgen_scale_devices *devices) {
  static const int8_t zero[4] = { 0, 0, 0, 0 };
  const int8_t *x = (const int8_t *)inputs->x;
  int8_t *y = (int8_t *)outputs->y;
  if (TVMDeviceScalerActivate(devices->scaler) != 0) {
    return -1;
  }
  if (on_device(devices->scaler, x, zero, y) != 0 || on_device(devices->scaler, x, y, y) != 0) {
    return -1;
  }
  return TVMDeviceScalerDeactivate(devices->scaler) != 0 ? -1 : 0;
}
