/* SPDX-License-Identifier: Apache-2.0 */
/* A program that loads the shared library while it runs, by the name that programs ask the loader for. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../execution/fake.h"

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
  static uint8_t workspace[FAKE_BUFFER];
  static int8_t x[FAKE_BYTES] = { 41 }, y[FAKE_BYTES];
  static const TVMInputs_plain inputs = { x };
  static const TVMOutputs_plain outputs = { y };
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
  status = status != TVM_STATUS_OK ? status : execute(&plain, &inputs, &outputs, &context);
  printf("status %ld, result %d\n", (long)status, y[0]);
  return status == TVM_STATUS_OK && y[0] == 42 ? 0 : 3;
}
