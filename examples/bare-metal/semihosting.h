/* Semihosting calls to the debugger or QEMU: text output, and the end of the program. Runs only with one attached. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

enum { SEMIHOSTING_WRITE0 = 0x04, SEMIHOSTING_EXIT_EXTENDED = 0x20, STOPPED_BY_APPLICATION = 0x20026 };

static inline uintptr_t semihosting_call(uintptr_t operation, uintptr_t argument) {
#if defined(__riscv)
  register uintptr_t a0 __asm__("a0") = operation;
  register uintptr_t a1 __asm__("a1") = argument;
  /* Debuggers look for these three instructions, none of them compressed, within one page. */
  __asm__ volatile(".balign 16\n .option push\n .option norvc\n slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n .option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
  return a0;
#else
  register uintptr_t r0 __asm__("r0") = operation;
  register uintptr_t r1 __asm__("r1") = argument;
#if __ARM_ARCH_PROFILE == 'M'
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#elif defined(__thumb__)
  __asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "memory", "lr");
#else
  __asm__ volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
#endif
  return r0;
#endif
}

static inline void print(const char *text) {
  semihosting_call(SEMIHOSTING_WRITE0, (uintptr_t)text);
}

/* Ends the program with an exit code. */
static inline void leave(int code) {
  const uintptr_t block[2] = { STOPPED_BY_APPLICATION, (uintptr_t)code };
  semihosting_call(SEMIHOSTING_EXIT_EXTENDED, (uintptr_t)block);
  for (;;) {
  }
}

#endif
