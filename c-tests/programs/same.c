/* SPDX-License-Identifier: Apache-2.0 */
/* Two instances of one model, in turn, repeatedly: the same picture gives the same bytes and the same calls in the
 * same order, whatever the workspaces held before. The model is compiled so that each of its functions reports. */
#include <stdio.h>
#include <string.h>
#include "pictures.h"
#include "traced.h"

#if defined(__linux__)
enum { RUNS = 1000 };
#else
enum { RUNS = 50 };
#endif
enum { INSTANCES = 2, BYTES = TVM_TRACED_OUTPUT_PROBABILITIES_BYTES };

#if defined(__GNUC__)
#define UNTRACED __attribute__((no_instrument_function))
#else
#define UNTRACED
#endif

/* Calls and returns, in their order. */
static uint32_t g_trace;
static unsigned long g_calls;
static void UNTRACED note(void *function, uint32_t what) {
  g_trace = ((g_trace ^ (uint32_t)(uintptr_t)function) + what) * 16777619u;
  g_calls++;
}
void UNTRACED __cyg_profile_func_enter(void *function, void *caller);
void UNTRACED __cyg_profile_func_exit(void *function, void *caller);
void UNTRACED __cyg_profile_func_enter(void *function, void *caller) {
  (void)caller;
  note(function, 1);
}
void UNTRACED __cyg_profile_func_exit(void *function, void *caller) {
  (void)caller;
  note(function, 2);
}

static uint8_t g_workspaces[INSTANCES][TVM_TRACED_WORKSPACE_BYTES];

/* One run of one instance, its workspace filled with something first. */
static int run(int instance, int picture, int fill, int8_t *probabilities) {
  TVMInputs_traced inputs = { pictures[picture] };
  TVMOutputs_traced outputs = { probabilities };
  TVMContext context;
  memset(g_workspaces[instance], fill, sizeof(g_workspaces[instance]));
  memset(probabilities, fill, BYTES);
  g_trace = 2166136261u;
  g_calls = 0;
  return TVMSetWorkspaces(&context, g_workspaces[instance]) == TVM_STATUS_OK &&
         TVMExecute(&traced, &inputs, &outputs, &context) == TVM_STATUS_OK;
}

int main(void) {
  static int8_t expected[PICTURES][BYTES];
  static uint32_t trace[PICTURES];
  int at, instance;
  for (at = 0; at < PICTURES; at++) {
    if (!run(0, at, 0, expected[at])) {
      return 1;
    }
    trace[at] = g_trace;
  }
  if (g_calls < 4) {
    printf("the model reported %lu calls: it was not compiled for that\n", g_calls);
    return 2;
  }
  for (at = 0; at < RUNS; at++) {
    for (instance = 0; instance < INSTANCES; instance++) {
      const int picture = (at * 7 + instance * 3) % PICTURES;
      int8_t probabilities[BYTES];
      if (!run(instance, picture, at * 13 + instance, probabilities)) {
        return 3;
      }
      if (memcmp(probabilities, expected[picture], BYTES) != 0 || g_trace != trace[picture]) {
        printf("run %d of instance %d: other bytes or other calls than the first time\n", at, instance);
        return 4;
      }
    }
  }
  printf("%d runs of %d instances, %lu calls and returns each: all the same\n", RUNS, INSTANCES, g_calls);
  return 0;
}
