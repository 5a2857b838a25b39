/* SPDX-License-Identifier: Apache-2.0 */
/* Two models in two threads; one model with two contexts in two threads; accessors in both. Calls that share no workspace
 * and no output do not disturb each other. */
#include <pthread.h>
#include "../check.h"

enum { BYTES = 256, ROUNDS = 2000, WORKSPACE = 300, ALIGNMENT = 16 };

static void shuffle(const int8_t *x, int8_t *y, uint8_t *memory, int8_t add) {
  int i;
  for (i = 0; i < BYTES; i++) {
    memory[i] = (uint8_t)x[BYTES - 1 - i];
  }
  for (i = 0; i < BYTES; i++) {
    y[i] = (int8_t)(memory[i] + (uint8_t)add);
  }
}
static int32_t first_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  shuffle(*(const int8_t *const *)inputs, *(int8_t *const *)outputs, TVMWorkspaceStart(context, 1, 0, ALIGNMENT), 1);
  return 0;
}
static int32_t second_entry(const void *inputs, const void *outputs, const TVMContext *context) {
  shuffle(*(const int8_t *const *)inputs, *(int8_t *const *)outputs, TVMWorkspaceStart(context, 1, 0, ALIGNMENT), 2);
  return 0;
}

static const TVMTensor tensors[1] = {
  { .name = "t", .identifier = "t", .size = BYTES, .alignment = 1, .dtype_bits = 8, .dtype_lanes = 1 }
};
static const TVMPool pools[1] = {
  { .name = "p", .identifier = "p", .size = WORKSPACE, .alignment = ALIGNMENT, .buffer_size = WORKSPACE + ALIGNMENT - 1 }
};
#define MODEL(label, function)                                                                                                           \
  {                                                                                                                                      \
    .magic = TVM_MODEL_MAGIC, .abi_version = TVM_EMBEDDED_ABI_VERSION, .flags = TVM_MODEL_PLAIN, .struct_size = sizeof(TVMModel),        \
    .name = (label), .inputs = tensors, .outputs = tensors, .workspaces = pools, .entry = (function), .num_inputs = 1, .num_outputs = 1, \
    .num_workspaces = 1                                                                                                                  \
  }
static const TVMModel first = MODEL("first", first_entry);
static const TVMModel second = MODEL("second", second_entry);

typedef struct Job {
  const TVMModel *model;
  int8_t add;
  int8_t seed;
  uint8_t workspace[WORKSPACE + ALIGNMENT - 1];
  int wrong;
} Job;

static void *work(void *argument) {
  Job *job = (Job *)argument;
  int round, i;
  for (round = 0; round < ROUNDS; round++) {
    int8_t x[BYTES], y[BYTES];
    const void *inputs[1];
    void *outputs[1];
    TVMContext context;
    inputs[0] = x;
    outputs[0] = y;
    for (i = 0; i < BYTES; i++) {
      x[i] = (int8_t)(i + round + job->seed);
    }
    job->wrong += TVMSetWorkspaces(&context, job->workspace) != TVM_STATUS_OK;
    job->wrong += TVMExecute(job->model, inputs, outputs, &context) != TVM_STATUS_OK;
    for (i = 0; i < BYTES; i++) {
      job->wrong += y[i] != (int8_t)(x[BYTES - 1 - i] + job->add);
    }
    job->wrong += TVMExecute(job->model, NULL, outputs, &context) != TVM_STATUS_NULL_INPUTS;
    job->wrong += TVMGetWorkspaceSize(job->model, 0) != WORKSPACE + ALIGNMENT - 1;
    job->wrong += TVMFindInput(job->model, "t") != 0;
    job->wrong += strcmp(TVMStatusString(TVM_STATUS_OK), "success") != 0;
  }
  return NULL;
}

static void together(const TVMModel *one, int8_t add_one, const TVMModel *other, int8_t add_other) {
  static Job jobs[2];
  pthread_t threads[2];
  int i;
  memset(jobs, 0, sizeof(jobs));
  jobs[0].model = one;
  jobs[0].add = add_one;
  jobs[1].model = other;
  jobs[1].add = add_other;
  jobs[1].seed = 77;
  for (i = 0; i < 2; i++) {
    CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
  }
  for (i = 0; i < 2; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(jobs[i].wrong == 0);
  }
}

int main(void) {
  together(&first, 1, &second, 2);
  together(&first, 1, &first, 1);
  return check_end();
}
