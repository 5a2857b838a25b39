/* Runs a model twice, in workspaces of exactly the size it asks for at addresses aligned to nothing, and compares what
 * comes out with files: byte for byte, or with TOLERANCE as floats. Usage: run INPUT... OUTPUT... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include MODEL_HEADER

#define MOST 16
#define GUARD 64

static unsigned char *read_file(const char *path, size_t size) {
  unsigned char *bytes = (unsigned char *)aligned_alloc(64, (size + 64) / 64 * 64);
  FILE *file = fopen(path, "rb");
  if (bytes == NULL || file == NULL || fread(bytes, 1, size, file) != size || fgetc(file) != EOF) {
    printf("%s: not %zu bytes\n", path, size);
    exit(2);
  }
  fclose(file);
  return bytes;
}

static int same(const void *found, const void *expected, size_t size) {
#ifdef TOLERANCE
  const float *a = (const float *)found, *b = (const float *)expected;
  size_t i;
  for (i = 0; i < size / sizeof(float); i++) {
    if (!(isnan(a[i]) && isnan(b[i])) && a[i] != b[i] && !(fabsf(a[i] - b[i]) <= TOLERANCE)) {
      return 0;
    }
  }
  return 1;
#else
  return memcmp(found, expected, size) == 0;
#endif
}

/* Whether the bytes after all workspaces are unchanged. */
static int guarded(const TVMModel *model, void *const *pools) {
  size_t i, k;
  for (i = 0; i < TVMGetWorkspaceCount(model); i++) {
    const unsigned char *guard = (const unsigned char *)pools[i] + TVMGetWorkspaceSize(model, i);
    for (k = 0; k < GUARD; k++) {
      if (guard[k] != 0xA5) {
        printf("workspace %zu: byte %zu behind its end was written\n", i, k);
        return 0;
      }
    }
  }
  return 1;
}

int main(int argc, char **argv) {
  const TVMModel *model = &MODEL;
  const size_t inputs = TVMGetInputCount(model), outputs = TVMGetOutputCount(model);
  const size_t workspaces = TVMGetWorkspaceCount(model);
  void *in[MOST] = {NULL}, *out[MOST] = {NULL}, *pools[MOST] = {NULL};
  unsigned char *given[MOST], *expected[MOST];
  TVMContext context;
  int run;
  size_t i;
  if ((size_t)argc != 1 + inputs + outputs) {
    printf("%zu inputs, %zu outputs\n", inputs, outputs);
    return 2;
  }
  for (i = 0; i < workspaces; i++) {
    const size_t size = TVMGetWorkspaceSize(model, i);
    unsigned char *memory = (unsigned char *)malloc(1 + size + GUARD);
    memset(memory, 0xA5, 1 + size + GUARD);
    pools[i] = memory + 1;
  }
  memset(&context, 0xA5, sizeof context);
  if (workspaces != 0 && TVMSetWorkspaceTable(&context, pools, sizeof(void *) * workspaces) != 0) {
    return 2;
  }
  for (i = 0; i < inputs; i++) {
    given[i] = read_file(argv[1 + i], TVMGetInputSize(model, i));
    in[i] = given[i];
  }
  for (i = 0; i < outputs; i++) {
    const size_t size = TVMGetOutputSize(model, i);
    expected[i] = read_file(argv[1 + inputs + i], size);
    out[i] = aligned_alloc(64, (size + 64) / 64 * 64);
  }
  (void)TVMMapInputs(model, &context, in);
  (void)TVMMapOutputs(model, &context, out);
  for (run = 0; run < 2; run++) {
    int32_t status;
    for (i = 0; i < inputs; i++) {
      if (in[i] != given[i]) {
        memcpy(in[i], given[i], TVMGetInputSize(model, i));
      }
    }
    status = TVMExecute(model, in, out, &context);
    if (status != 0) {
      printf("run %d: %d %s\n", run, status, TVMStatusString(status));
      return 1;
    }
    for (i = 0; i < outputs; i++) {
      const size_t size = TVMGetOutputSize(model, i);
      if (!same(out[i], expected[i], size)) {
        printf("run %d: output %zu differs\n", run, i);
        return 1;
      }
      memset(out[i], 0x5A, size);
    }
  }
  return guarded(model, pools) ? 0 : 1;
}
