/* SPDX-License-Identifier: Apache-2.0 */
/* The three calls of Arm's driver that the example makes, for computers without an Ethos-U: it checks what the driver checks, and negates the
 * input instead of executing the commands. */
#ifndef STAND_IN_H
#define STAND_IN_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct ethosu_driver {
  int reserved;
};

static struct ethosu_driver g_driver;

static inline struct ethosu_driver *ethosu_reserve_driver(void) {
  g_driver.reserved++;
  return &g_driver;
}

static inline void ethosu_release_driver(struct ethosu_driver *driver) {
  driver->reserved--;
}

static inline int ethosu_invoke_v3(struct ethosu_driver *driver, const void *custom_data_ptr, const int custom_data_size,
    uint64_t *const base_addr, const size_t *base_addr_size, const int num_base_addr, void *user_arg) {
  const uint8_t *input = (const uint8_t *)(uintptr_t)base_addr[3];
  uint8_t *output = (uint8_t *)(uintptr_t)base_addr[4];
  size_t i;
  int region;
  (void)user_arg;
  if (driver->reserved != 1 || ((uintptr_t)custom_data_ptr & 15u) != 0u || memcmp(custom_data_ptr, "COP1", 4) != 0) {
    return -1;
  }
  for (region = 0; region < num_base_addr; region++) {
    if ((base_addr[region] & 15u) != 0u) {
      return -1;
    }
  }
  for (i = 0; i < base_addr_size[4]; i++) {
    output[i] = (uint8_t)(0u - input[i]);
  }
  printf("%d bytes of commands, %u of weights\n", custom_data_size, (unsigned)base_addr_size[0]);
  return 0;
}
#endif
