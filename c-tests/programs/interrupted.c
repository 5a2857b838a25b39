/* SPDX-License-Identifier: Apache-2.0 */
/* A timer's interrupt runs the model, in a context of its own, while the program runs it in another: both get the same bytes as
 * without interrupts. */
#define _DEFAULT_SOURCE /* for setitimer */
#include <stdio.h>
#include <string.h>
#include "my_model.h"
#include "pictures.h"
#include "tick.h"

enum { INTERRUPTS = 40, MOST_RUNS = 1000000, BYTES = TVM_MY_MODEL_OUTPUT_PROBABILITIES_BYTES };

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];
static uint8_t g_workspace_of_interrupt[TVM_MY_MODEL_WORKSPACE_BYTES];
static int8_t g_expected[PICTURES][BYTES];

static volatile int g_running;          /* the program is inside TVMExecute */
static volatile unsigned g_interrupted; /* how many times it was when the interrupt came */
static volatile unsigned g_wrong;
static uint32_t g_random = 1;

/* Whether a run gives the expected bytes. */
static int right(uint8_t *workspace, int picture) {
  int8_t probabilities[BYTES];
  TVMInputs_my_model inputs = { pictures[picture] };
  TVMOutputs_my_model outputs = { probabilities };
  TVMContext context;
  memset(probabilities, 0, sizeof(probabilities));
  return TVMSetWorkspaceBuffer(&context, workspace, TVM_MY_MODEL_WORKSPACE_BYTES) == TVM_STATUS_OK &&
         TVMExecute(&my_model, &inputs, &outputs, &context) == TVM_STATUS_OK && memcmp(probabilities, g_expected[picture], BYTES) == 0;
}

static void on_tick(void) {
  static int picture;
  if (g_running) {
    g_interrupted++;
  }
  picture = (picture + 1) % PICTURES;
  g_wrong += !right(g_workspace_of_interrupt, picture);
  if (TVMExecute(&my_model, NULL, NULL, NULL) != TVM_STATUS_NULL_CONTEXT || TVMFindInput(&my_model, "image") != 0) {
    g_wrong++;
  }
  if (g_interrupted < INTERRUPTS) {
    g_random = g_random * 1103515245u + 12345u;
    tick_in(100 + (g_random >> 16) % 1000);
  }
}

int main(void) {
  static TVMContext context;
  TVMInputs_my_model inputs;
  TVMOutputs_my_model outputs;
  long runs;
  int at;
  if (TVMSetWorkspaces(&context, g_workspace) != TVM_STATUS_OK) {
    return 1;
  }
  for (at = 0; at < PICTURES; at++) {
    inputs.image = pictures[at];
    outputs.probabilities = g_expected[at];
    if (TVMExecute(&my_model, &inputs, &outputs, &context) != TVM_STATUS_OK) {
      return 2;
    }
  }
  tick_begin();
  tick_in(500);
  for (runs = 0; runs < MOST_RUNS && g_interrupted < INTERRUPTS; runs++) {
    int holds;
    g_running = 1;
    holds = right(g_workspace, (int)(runs % PICTURES));
    g_running = 0;
    if (!holds) {
      printf("run %ld was disturbed by an interrupt\n", runs);
      return 3;
    }
  }
  printf("%ld runs, interrupted %u times, %u wrong results in interrupts\n", runs, g_interrupted, g_wrong);
  return g_interrupted < INTERRUPTS ? 4 : g_wrong != 0;
}
