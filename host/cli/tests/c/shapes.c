/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every model of MODELS through its descriptor, in heap blocks of exact size, and writes its outputs.
 * shapes.h declares the models; the arguments are the file with all inputs and the file for all outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shapes.h"

#define LARGEST 32

static const TVMModel *const models[] = { MODELS };

static void *block(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (!memory) {
    exit(9);
  }
  memset(memory, 0xA5, size ? size : 1);
  return memory;
}

static void expect(int32_t status, const char *model, const char *what) {
  if (status != TVM_STATUS_OK) {
    fprintf(stderr, "%s: %s: %s\n", model, what, TVMStatusString(status));
    exit(1);
  }
}

static size_t placed(const TVMTensor *tensors, size_t count) {
  size_t found = 0;
  size_t i;
  for (i = 0; i < count; i++) {
    found += (tensors[i].flags & TVM_TENSOR_IN_WORKSPACE) != 0;
  }
  return found;
}

/* All samples of one model. The inputs follow each other: all samples of the first, then all of the second. */
static void run(const TVMModel *model, size_t samples, FILE *given, FILE *got) {
  void *inputs[LARGEST] = { 0 }, *outputs[LARGEST] = { 0 }, *workspaces[LARGEST] = { 0 };
  uint8_t *columns[LARGEST] = { 0 }, *results[LARGEST] = { 0 };
  TVMContext context;
  size_t inside = placed(model->inputs, model->num_inputs) + placed(model->outputs, model->num_outputs);
  size_t i, s;
  memset(&context, 0, sizeof(context));
  for (i = 0; i < model->num_workspaces; i++) {
    workspaces[i] = block(model->workspaces[i].size);
  }
  if (model->num_workspaces == 1) {
    expect(TVMSetWorkspaceBuffer(&context, workspaces[0], model->workspaces[0].size), model->name, "workspace");
  } else if (model->num_workspaces > 1) {
    expect(TVMSetWorkspaceTable(&context, workspaces, model->num_workspaces * sizeof(void *)), model->name, "workspaces");
  }
  for (i = 0; i < model->num_inputs; i++) {
    inputs[i] = inside ? NULL : block(model->inputs[i].size);
    columns[i] = (uint8_t *)block(model->inputs[i].size * samples);
    if (fread(columns[i], model->inputs[i].size, samples, given) != samples) {
      fprintf(stderr, "%s: no inputs\n", model->name);
      exit(2);
    }
  }
  for (i = 0; i < model->num_outputs; i++) {
    outputs[i] = inside ? NULL : block(model->outputs[i].size);
    results[i] = (uint8_t *)block(model->outputs[i].size * samples);
  }
  if (model->reset) {
    expect(TVMReset(model, &context), model->name, "TVMReset");
  }
  if (placed(model->inputs, model->num_inputs)) {
    expect(TVMMapInputs(model, &context, inputs), model->name, "TVMMapInputs");
  }
  if (placed(model->outputs, model->num_outputs)) {
    expect(TVMMapOutputs(model, &context, outputs), model->name, "TVMMapOutputs");
  }
  for (s = 0; s < samples; s++) {
    for (i = 0; i < model->num_inputs; i++) {
      memcpy(inputs[i], columns[i] + s * model->inputs[i].size, model->inputs[i].size);
    }
    expect(TVMExecute(model, inputs, outputs, &context), model->name, "TVMExecute");
    for (i = 0; i < model->num_outputs; i++) {
      memcpy(results[i] + s * model->outputs[i].size, outputs[i], model->outputs[i].size);
    }
  }
  for (i = 0; i < model->num_outputs; i++) {
    if (fwrite(results[i], model->outputs[i].size, samples, got) != samples) {
      exit(3);
    }
  }
}

int main(int argc, char **argv) {
  FILE *given, *got;
  size_t i;
  if (argc != 3) {
    return 4;
  }
  given = fopen(argv[1], "rb");
  got = fopen(argv[2], "wb");
  if (!given || !got) {
    return 5;
  }
  for (i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
    run(models[i], SAMPLES, given, got);
  }
  return fclose(got) ? 6 : 0;
}
