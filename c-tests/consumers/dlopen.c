/* SPDX-License-Identifier: Apache-2.0 */
/* A program that loads the shared library at run time, by the name that programs pass to the loader. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tvm_embedded.h"

enum { BYTES = 4 };

static int32_t add_one(const void *inputs, const void *outputs, const TVMContext *context) {
  const int8_t *x = *(const int8_t *const *)inputs;
  int8_t *y = *(int8_t *const *)outputs;
  uint8_t *memory = TVMWorkspaceStart(context, 1, 0, 1);
  int i;
  for (i = 0; i < BYTES; i++) {
    memory[i] = (uint8_t)(x[i] + 1);
    y[i] = (int8_t)memory[i];
  }
  return 0;
}

static const TVMTensor tensors[1] = {
  { .name = "t", .identifier = "t", .size = BYTES, .alignment = 1, .dtype_bits = 8, .dtype_lanes = 1 }
};
static const TVMPool pools[1] = { { .name = "p", .identifier = "p", .size = BYTES, .alignment = 1, .buffer_size = BYTES } };
static const TVMModel model = { .magic = TVM_MODEL_MAGIC,
  .abi_version = TVM_EMBEDDED_ABI_VERSION,
  .flags = TVM_MODEL_PLAIN,
  .struct_size = sizeof(TVMModel),
  .name = "m",
  .inputs = tensors,
  .outputs = tensors,
  .workspaces = pools,
  .entry = add_one,
  .num_inputs = 1,
  .num_outputs = 1,
  .num_workspaces = 1 };

typedef int32_t (*Execute)(const TVMModel *, const void *, const void *, const TVMContext *);
typedef int32_t (*SetBuffer)(TVMContext *, void *, size_t);

static int find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof(found));
  if (found == NULL) {
    printf("no %s: %s\n", name, dlerror());
  }
  return found != NULL;
}

int main(void) {
  const char *path = getenv("TVM_EMBEDDED_LIBRARY");
  void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
  static uint8_t workspace[BYTES];
  static int8_t x[BYTES] = { 41 }, y[BYTES];
  static const void *const inputs[1] = { x };
  static void *const outputs[1] = { y };
  TVMContext context;
  Execute execute;
  SetBuffer set_buffer;
  int32_t status;
  if (library == NULL) {
    printf("can't load %s: %s\n", path == NULL ? "TVM_EMBEDDED_LIBRARY, which is not set" : path, dlerror());
    return 1;
  }
  if (!find(library, "TVMExecute", &execute) || !find(library, "TVMSetWorkspaceBuffer", &set_buffer)) {
    return 2;
  }
  status = set_buffer(&context, workspace, sizeof(workspace));
  status = status != TVM_STATUS_OK ? status : execute(&model, inputs, outputs, &context);
  printf("status %ld, result %d\n", (long)status, y[0]);
  return status == TVM_STATUS_OK && y[0] == 42 ? 0 : 3;
}
