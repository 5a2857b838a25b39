/* SPDX-License-Identifier: Apache-2.0 */
/* Runs any generated model in heap blocks of the exact size from the descriptor: with a sanitizer or Valgrind, an access one byte
 * beyond is found. Runs twice, with different bytes in the workspace before: the outputs must not depend on them.
 * Built with -DMODEL=<symbol> -DMODEL_HEADER="<symbol>.h". */
#include MODEL_HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST 64

static void *blocks[4 * LARGEST];
static size_t num_blocks;

static void *block(size_t size, size_t alignment) {
  void *memory = NULL;
  const size_t granule = alignment < sizeof(void *) ? sizeof(void *) : alignment;
  if (posix_memalign(&memory, granule, size ? size : 1)) {
    fprintf(stderr, "no memory\n");
    exit(3);
  }
  blocks[num_blocks++] = memory;
  return memory;
}

static void expect(int32_t status, const char *what) {
  if (status != TVM_STATUS_OK) {
    fprintf(stderr, "%s: %d (%s)\n", what, (int)status, TVMStatusString(status));
    exit(1);
  }
}

static int in_workspace(const TVMTensor *tensors, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    if (tensors[i].flags & TVM_TENSOR_IN_WORKSPACE) {
      return 1;
    }
  }
  return 0;
}

/* A run from the beginning; `before` is what the workspaces hold. Returns a sum over all bytes of the outputs. */
static uint64_t run(const TVMModel *model, int before) {
  void *inputs[LARGEST] = { 0 }, *outputs[LARGEST] = { 0 };
  void *workspaces[LARGEST] = { 0 };
  TVMContext context;
  uint64_t sum = 14695981039346656037u;
  size_t i, j;
  memset(&context, 0, sizeof(context));
  for (i = 0; i < model->num_workspaces; i++) {
    workspaces[i] = block(model->workspaces[i].size, model->workspaces[i].alignment);
    memset(workspaces[i], before, model->workspaces[i].size);
  }
  if (model->num_workspaces == 1) {
    expect(TVMSetWorkspaceBuffer(&context, workspaces[0], model->workspaces[0].size), "TVMSetWorkspaceBuffer");
  } else if (model->num_workspaces > 1) {
    expect(TVMSetWorkspaceTable(&context, workspaces, model->num_workspaces * sizeof(void *)), "TVMSetWorkspaceTable");
  }
  if (model->reset) {
    expect(TVMReset(model, &context), "TVMReset");
  }
  for (i = 0; i < model->num_inputs; i++) {
    inputs[i] = block(model->inputs[i].size, model->inputs[i].alignment);
  }
  for (i = 0; i < model->num_outputs; i++) {
    outputs[i] = block(model->outputs[i].size, model->outputs[i].alignment);
    memset(outputs[i], 0x11, model->outputs[i].size);
  }
  if (in_workspace(model->inputs, model->num_inputs)) {
    expect(TVMMapInputs(model, &context, inputs), "TVMMapInputs");
  }
  if (in_workspace(model->outputs, model->num_outputs)) {
    expect(TVMMapOutputs(model, &context, outputs), "TVMMapOutputs");
  }
  for (i = 0; i < model->num_inputs; i++) {
    uint8_t *bytes = (uint8_t *)inputs[i];
    for (j = 0; j < model->inputs[i].size; j++) {
      /* Small numbers for every type: a float of such bytes is not NaN. */
      bytes[j] = (uint8_t)((i * 31 + j * 7 + (j >> 3)) & 0x3F);
    }
  }
  expect(TVMExecute(model, inputs, outputs, &context), "TVMExecute");
  for (i = 0; i < model->num_outputs; i++) {
    const uint8_t *bytes = (const uint8_t *)outputs[i];
    for (j = 0; j < model->outputs[i].size; j++) {
      sum = (sum ^ bytes[j]) * 1099511628211u;
    }
  }
  while (num_blocks) {
    free(blocks[--num_blocks]);
  }
  return sum;
}

int main(void) {
  const TVMModel *model = &MODEL;
  uint64_t first, second;
  if (model->num_inputs > LARGEST || model->num_outputs > LARGEST || model->num_workspaces > LARGEST) {
    fprintf(stderr, "too many tensors for this program\n");
    return 3;
  }
  first = run(model, 0x00);
  second = run(model, 0xA5);
  if (first != second) {
    fprintf(stderr, "the outputs depend on what the workspace held before\n");
    return 2;
  }
  printf("%s %016llx\n", model->name, (unsigned long long)first);
  return 0;
}
