/* SPDX-License-Identifier: Apache-2.0 */
/* Memory between two guard zones of known bytes: a write past either end is found. */
#ifndef GUARDED_H
#define GUARDED_H

#include <stdint.h>
#include <string.h>

enum { GUARD_ZONE = 32, GUARD_BYTE = 0xC5 };

/* Fills `memory`, of `total` bytes, with guard bytes except for the `size` bytes at `offset`. */
static inline uint8_t *guard(uint8_t *memory, size_t total, size_t offset, size_t size) {
  memset(memory, GUARD_BYTE, total);
  memset(memory + offset, 0x5A, size);
  return memory + offset;
}

static inline int guards_intact(const uint8_t *memory, size_t total, size_t offset, size_t size) {
  size_t i;
  for (i = 0; i < total; i++) {
    if ((i < offset || i >= offset + size) && memory[i] != GUARD_BYTE) {
      return 0;
    }
  }
  return 1;
}

#endif
