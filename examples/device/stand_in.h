/* SPDX-License-Identifier: Apache-2.0 */
/* The few calls of Zephyr that the example makes, for computers without Zephyr: they print what they would do. */
#ifndef STAND_IN_H
#define STAND_IN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct device {
  const char *name;
};

/* On Zephyr, the node of the devicetree. */
static const struct device g_scaler_node = { "scaler0" };
#define DT_NODELABEL(label) g_##label##_node
#define DEVICE_DT_GET(node) (&(node))

static inline bool device_is_ready(const struct device *device) {
  return device != NULL;
}

static inline int pm_device_runtime_get(const struct device *device) {
  printf("%s: power on\n", device->name);
  return 0;
}

static inline int pm_device_runtime_put(const struct device *device) {
  printf("%s: power off\n", device->name);
  return 0;
}

struct k_mutex {
  int held;
};
#define K_MUTEX_DEFINE(name) static struct k_mutex name
#define K_MSEC(ms) (ms)
#define K_FOREVER (-1)

/* One thread: a mutex that is held is never released while this waits. */
static inline int k_mutex_lock(struct k_mutex *mutex, int timeout) {
  if (mutex->held) {
    printf("mutex: not free after %d ms\n", timeout);
    return -11;
  }
  mutex->held = 1;
  return 0;
}

static inline int k_mutex_unlock(struct k_mutex *mutex) {
  mutex->held = 0;
  return 0;
}
#endif
