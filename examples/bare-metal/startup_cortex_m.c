/* From reset to main on any Cortex-M. The linker script defines the addresses. */
#include "semihosting.h"

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

int main(void);
void reset(void);
void fault(void);

void reset(void) {
  const uint32_t *from = &data_load;
  uint32_t *to;

#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  /* The coprocessor access register: floating point and vectors are off after reset. */
  *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  for (to = &data_start; to < &data_end; to++) {
    *to = *from++;
  }
  for (to = &bss_start; to < &bss_end; to++) {
    *to = 0;
  }
  leave(main());
}

void fault(void) {
  print("fault\n");
  leave(99);
}

/* The first 16 entries, which every Cortex-M has; nothing here enables an interrupt. */
typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) static const struct {
  const void *stack;
  handler handlers[15];
} vectors = { &stack_top, { reset, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault } };
