/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are interrupted: after every single instruction of a call of each exported function, a signal handler runs
 * models and reads facts, in contexts of its own. Both get the right results. */
#define _DEFAULT_SOURCE /* for sigaction */
#include <signal.h>
#include "table_types.h"
#include "table.h"

static volatile unsigned long steps;
static unsigned long wrong, refused;
static int32_t refusal;

/* What an interrupt may do: everything, as long as it has memory of its own. */
static void interrupt(void) {
  static int8_t x[FAKE_BYTES], y[FAKE_BYTES];
  static uint8_t workspace[FAKE_BUFFER];
  static const TVMInputs_plain inputs = { x };
  static const TVMOutputs_plain outputs = { y };
  const TVMModel *const models[2] = { &plain, &careful };
  const int32_t *shape = NULL;
  size_t rank = 0;
  TVMContext context;
  int32_t status;
  int i, at;
  for (i = 0; i < FAKE_BYTES; i++) {
    x[i] = (int8_t)(i + (int)steps);
  }
  wrong += TVMSetWorkspaceBuffer(&context, workspace, sizeof(workspace)) != TVM_STATUS_OK;
  for (at = 0; at < 2; at++) {
    memset(y, 0, sizeof(y));
    wrong += TVMExecute(models[at], &inputs, &outputs, &context) != TVM_STATUS_OK;
    for (i = 0; i < FAKE_BYTES; i++) {
      wrong += y[i] != (int8_t)(x[i] + 1);
    }
  }
  /* This model has memory of its own: while the interrupted call runs it, it is refused. */
  memset(y, 0, sizeof(y));
  status = TVMExecute(&alone, &inputs, &outputs, NULL);
  if (status == TVM_STATUS_OK) {
    for (i = 0; i < FAKE_BYTES; i++) {
      wrong += y[i] != (int8_t)-x[i];
    }
  } else {
    refused++;
    refusal = status;
    wrong += y[0] != 0;
  }
  wrong += TVMExecute(&plain, NULL, &outputs, &context) != TVM_STATUS_NULL_INPUTS;
  wrong += TVMFindInput(&full, "in/vector") != 1;
  wrong += TVMGetInputShape(&full, 0, &shape, &rank) != TVM_STATUS_OK || rank != 4 || shape[3] != 4;
}

static void on_step(int signal) {
  (void)signal;
  steps++;
  interrupt();
}

/* The trap flag: a signal after every instruction. The kernel clears it for handlers, and restores it. */
static void step(int on) {
#if defined(__x86_64__)
  if (on) {
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n pushfq\n orq $0x100, (%%rsp)\n popfq\n leaq 128(%%rsp), %%rsp" ::: "memory", "cc");
  } else {
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n pushfq\n andq $~0x100, (%%rsp)\n popfq\n leaq 128(%%rsp), %%rsp" ::: "memory", "cc");
  }
#else
  (void)on;
#endif
}

static void good_call(const Function *function, const Case *good) {
  uintptr_t a[MOST_ARGUMENTS] = { 0 };
  const unsigned long steps_before = steps, wrong_before = wrong;
  intptr_t answer;
  memory_begin();
  good->good(a);
  memcpy(&before, &reachable, sizeof(reachable));
  step(1);
  answer = function->call(a);
  step(0);
  if (!CHECK(good->holds(a, answer)) || !CHECK(wrong == wrong_before)) {
    printf("  %s, interrupted %lu times\n", function->name, steps - steps_before);
  }
  if (steps != 0 && !CHECK(steps > steps_before + 5)) {
    printf("  %s was not interrupted\n", function->name);
  }
}

int main(void) {
  struct sigaction action;
  size_t at, one;
  memset(&action, 0, sizeof(action));
  action.sa_handler = on_step;
  CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
  the_models_are_as_the_table_says();
  for (at = 0; at < sizeof(functions) / sizeof(functions[0]); at++) {
    for (one = 0; one < functions[at].num_cases; one++) {
      good_call(&functions[at], &functions[at].cases[one]);
    }
  }
  if (steps == 0) {
    printf("SKIPPED: nothing is interrupted after each instruction here (it needs an x86-64 processor, not Valgrind's)\n");
  } else {
    CHECK(refused != 0);
    CHECK_STATUS(refusal, TVM_STATUS_BUSY);
    printf("%lu functions, interrupted %lu times\n", (unsigned long)at, steps);
  }
  return check_end();
}
