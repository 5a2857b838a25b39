/* SPDX-License-Identifier: Apache-2.0 */
/* Before examples/layers/main.c: a trace unit in RAM with the rules of a Cortex-M7's, since QEMU has none. Each access first applies
 * the write of the one before. The counter runs only if it was enabled in the right order, and passes 2^32 between any
 * two reads: read number n gives 3221225473 n + n^2, so that layer i must take 3221225474 + 4 i. */
#ifndef CYCLE_COUNTER_H
#define CYCLE_COUNTER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRACE_ENABLED = 1 << 24, OTHER_CONTROL = 0x40000000, OTHER_TRACE = 0x400, COUNTER_ENABLED = 1 };

static volatile uint32_t demcr = OTHER_TRACE, control = OTHER_CONTROL, counter = 0xDEADBEEFu, lock_access;
static volatile uint32_t ignored; /* what is written to a locked register */
static uint32_t counter_reads;

static void trace_unit_rule(int holds, const char *what) {
  if (!holds) {
    printf("the trace unit: %s\n", what);
    exit(1);
  }
}

static volatile uint32_t *trace_register(uint32_t address) {
  const int locked = lock_access != 0xC5ACCE55u;
  if (address == 0xE000EDFCu) {
    return &demcr;
  }
  trace_unit_rule((demcr & (uint32_t)TRACE_ENABLED) != 0u, "a register was used before DEMCR enabled them");
  trace_unit_rule(demcr == ((uint32_t)OTHER_TRACE | (uint32_t)TRACE_ENABLED), "other bits of DEMCR have changed");
  trace_unit_rule((control | 1u) == ((uint32_t)OTHER_CONTROL | 1u), "other bits of DWT_CTRL have changed");
  if (address == 0xE0001FB0u) {
    return &lock_access;
  }
  if (locked) {
    return &ignored;
  }
  if (address == 0xE0001000u) {
    trace_unit_rule(counter == 0u, "the counter is enabled before it is 0");
    return &control;
  }
  trace_unit_rule(address == 0xE0001004u, "there is no such register");
  if ((control & (uint32_t)COUNTER_ENABLED) != 0u) {
    counter = 3221225473u * counter_reads + counter_reads * counter_reads;
    counter_reads++;
  }
  return &counter;
}

#define REGISTER(address) (*trace_register(address))

#endif
