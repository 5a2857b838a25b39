/* SPDX-License-Identifier: Apache-2.0 */
/* Measures each layer: one run of a model with a clock read before and after each layer, printed as the table for
 * `tvm-embedded inspect digits.tflite --measured TABLE`. Compile everything with -DTVM_EMBEDDED_LAYERS.
 *
 * The clock is the cycle counter of Cortex-M3 and above, that of RISC-V, or the C library's. QEMU has none: with
 * -DCOUNTED_FROM_OUTSIDE the program marks the layers for a counter of instructions (`cargo xtask layers`). */
#include <stdio.h>
#include <string.h>
#include "digits.h"

#if defined(COUNTED_FROM_OUTSIDE)
#define UNIT "instructions"
__attribute__((noinline)) void begin(void) {
  __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
  __asm__ volatile("");
}
static void clock_start(void) {
}
static uint32_t clock_now(void) {
  return 0;
}
#elif defined(__ARM_ARCH_PROFILE) && (__ARM_ARCH_PROFILE == 'M') && (__ARM_ARCH_ISA_THUMB == 2) /* M0, M0+ and M23 have none */
#define UNIT "cycles"
#ifndef REGISTER /* c-tests/programs/cycle_counter.h has another one: QEMU has no trace unit */
#define REGISTER(address) (*(volatile uint32_t *)(address))
#endif
#define DEMCR REGISTER(0xE000EDFCu)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CYCCNT REGISTER(0xE0001004u)
#define DWT_LAR REGISTER(0xE0001FB0u)
static void clock_start(void) {
  DEMCR |= 1u << 24;     /* enables the trace unit */
  DWT_LAR = 0xC5ACCE55u; /* Cortex-M7 locks it; others ignore this */
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1u;
}
static uint32_t clock_now(void) {
  return DWT_CYCCNT;
}
#elif defined(__riscv)
#define UNIT "cycles"
static void clock_start(void) {
}
static uint32_t clock_now(void) {
  uint32_t cycles;
  /* csrr cycles, mcycle: assemblers refuse that name for cores without Zicsr in their -march, for instance rv32imac. */
  __asm__ volatile(".insn i 0x73, 2, %0, x0, -1280" : "=r"(cycles));
  return cycles;
}
#else
#include <time.h>
#define UNIT "clock ticks"
static void clock_start(void) {
}
static uint32_t clock_now(void) {
  return (uint32_t)clock();
}
#endif

static uint32_t g_started;
static uint32_t g_taken[TVM_DIGITS_LAYER_COUNT];

static int32_t before(void *user, const TVMLayer *layer) {
  (void)user;
  (void)layer;
#ifdef COUNTED_FROM_OUTSIDE
  begin();
#endif
  g_started = clock_now();
  return 0;
}

/* Adds up: a layer in a loop runs several times. */
static int32_t after(void *user, const TVMLayer *layer) {
  uint32_t *taken = TVM_FROM_VOID(uint32_t *, user);
  taken[layer->index] += clock_now() - g_started;
#ifdef COUNTED_FROM_OUTSIDE
  end();
#endif
  return 0;
}

TVM_DIGITS_STATIC_CONTEXT(g_context);

int main(void) {
  static tvm_digits_input_t input;
  static tvm_digits_output_t output;
  TVMInputs_digits inputs = TVM_DIGITS_INPUTS(&input);
  TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&output);
  TVMLayerHooks hooks = { before, after, g_taken };
  uint32_t i;
  int32_t status;
  clock_start();
  status = TVMExecuteLayers_digits(&inputs, &outputs, &g_context, &hooks);
  if (status != TVM_STATUS_OK) {
    printf("status %ld\n", (long)status);
    return 1;
  }
  printf("layer,name,kind,macs," UNIT "\n");
  for (i = 0; i < TVM_DIGITS_LAYER_COUNT; i++) {
    const TVMLayer *layer = TVMGetLayer_digits(i);
    printf("%u,%s,%s,%lu,%lu\n", layer->index, layer->name, layer->kind, (unsigned long)layer->macs, (unsigned long)g_taken[i]);
  }
  return 0;
}
