/* SPDX-License-Identifier: Apache-2.0 */
/* One interrupt from a timer, some time from now: SysTick on a Cortex-M, the machine timer on RISC-V, a signal elsewhere. */
#ifndef TICK_H
#define TICK_H

#include <stdint.h>

/* Called in the interrupt, which comes once for each `tick_in` after `tick_begin`. */
static void on_tick(void);

#if defined(__arm__) && !defined(__linux__)
static volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010u; /* control, reload, current */

/* The handler in picolibc's vector table. */
void arm_systick_isr(void);
void arm_systick_isr(void) {
  systick[0] = 0;
  on_tick();
}
static void tick_begin(void) {
  systick[0] = 0;
}
static void tick_in(uint32_t microseconds) {
  systick[0] = 0;
  systick[1] = microseconds * 16u; /* some 16 to 64 MHz */
  systick[2] = 0;
  systick[0] = 7; /* processor's clock, interrupt, on */
}
#elif defined(__riscv) && !defined(__linux__)
/* The timer of QEMU's board `virt`: 10 MHz. */
static volatile uint32_t *const mtimecmp = (volatile uint32_t *)(uintptr_t)0x02004000u;
static volatile uint32_t *const mtime = (volatile uint32_t *)(uintptr_t)0x0200BFF8u;

static __attribute__((interrupt("machine"), aligned(4))) void timer_trap(void) {
  mtimecmp[1] = UINT32_MAX;
  on_tick();
}
static void tick_begin(void) {
  mtimecmp[1] = UINT32_MAX;
  __asm__ volatile(".option push\n .option arch, +zicsr\n csrw mtvec, %0\n csrs mie, %1\n csrs mstatus, %2\n .option pop"
                   :
                   : "r"(timer_trap), "r"(0x80), "r"(0x8)
                   : "memory");
}
static void tick_in(uint32_t microseconds) {
  const uint64_t then = (((uint64_t)mtime[1] << 32) | mtime[0]) + microseconds * 10u;
  mtimecmp[1] = UINT32_MAX;
  mtimecmp[0] = (uint32_t)then;
  mtimecmp[1] = (uint32_t)(then >> 32);
}
#else
#include <signal.h>
#include <string.h>
#include <sys/time.h>

static void on_alarm(int signal) {
  (void)signal;
  on_tick();
}
static void tick_begin(void) {
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, NULL);
}
static void tick_in(uint32_t microseconds) {
  struct itimerval timer;
  memset(&timer, 0, sizeof(timer));
  timer.it_value.tv_usec = (int)microseconds;
  setitimer(ITIMER_REAL, &timer, NULL);
}
#endif

#endif
