/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the model MODEL (its descriptor's name, defined on the compiler's command line) as a firmware would: through
 * TVMExecute, knowing nothing of it but its descriptor.
 *
 * Usage: model OFFSET STEPS REPEATS RESETS
 *   OFFSET   bytes by which each workspace's address misses its alignment
 *   STEPS    runs in a row, each with the next part of the inputs; state lives from one to the next
 *   REPEATS  how often the whole row is run; each must give the same outputs
 *   RESETS   after how many runs the state is reset, as before the first
 * Reads input_0, input_1, ... (STEPS tensors each), writes output_0, ... and a file `report`:
 * "done RUNS NANOSECONDS", or "failed STEP STATUS" followed by lines of text. Standard output: "tvm-embedded runs DONE" at times.
 * With TVM_EMBEDDED_LAYERS, MODEL_HEADER (the model's header), EXECUTE_LAYERS and LAYER_DATA (its functions): every repetition but the
 * first runs with a hook, before each run the workspaces without state are filled, with other bytes in each repetition, and a file
 * `layers` has a line for each call of a layer: "REPETITION STEP HASH".
 * C99, and a finer clock where POSIX has one.
 */
#define _POSIX_C_SOURCE 199309L

#include "tvm_embedded.h"
#ifdef TVM_EMBEDDED_LAYERS
#include MODEL_HEADER
#endif

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const TVMModel MODEL;

/* Around each block: bytes that the model must leave alone. */
#define GUARD 64u
#define PATTERN 0xA5u

/* Memory at an address that is as aligned as promised, and not more. */
typedef struct {
  uint8_t *whole;
  size_t whole_size;
  uint8_t *start;
  size_t size;
} Block;

typedef struct {
  size_t count;
  bool in_workspace;
  Block *blocks;   /* where the caller's tensors live; unused when they live in the workspace */
  void **pointers; /* what the model gets: its struct of pointers */
  uint8_t **data;  /* contents of the files: steps tensors each */
} Tensors;

static void fail(size_t step, int32_t status, const char *format, ...) {
  FILE *report = fopen("report", "w");
  if (report != NULL) {
    va_list arguments;
    fprintf(report, "failed %lu %ld\n", (unsigned long)step, (long)status);
    va_start(arguments, format);
    vfprintf(report, format, arguments);
    va_end(arguments);
    fputc('\n', report);
    fclose(report);
  }
  exit(1);
}

static void check(size_t step, int32_t status, const char *function) {
  if (status != TVM_STATUS_OK) {
    const char *message = TVMGetLastError();
    fail(step, status, "%s: %s%s%s", function, TVMStatusString(status), message[0] == '\0' ? "" : ": ", message);
  }
}

static void *allocate(size_t count, size_t size) {
  void *memory = NULL;
  if (size == 0 || count <= SIZE_MAX / size) {
    memory = malloc(count * size == 0 ? 1 : count * size);
  }
  if (memory == NULL) {
    fail(0, 0, "out of memory: %lu times %lu bytes", (unsigned long)count, (unsigned long)size);
  }
  return memory;
}

/* `offset` bytes behind a multiple of `alignment`, which is not a multiple of twice that. */
static Block block(size_t size, size_t alignment, size_t offset) {
  Block result;
  uintptr_t address;
  if (alignment == 0 || size > SIZE_MAX - 3 * alignment - offset - 2 * GUARD) {
    fail(0, 0, "out of memory: %lu bytes", (unsigned long)size);
  }
  result.whole_size = size + 3 * alignment + offset + 2 * GUARD;
  result.whole = allocate(1, result.whole_size);
  memset(result.whole, PATTERN, result.whole_size);
  address = (uintptr_t)(result.whole + GUARD);
  address = (address + 2 * alignment - 1) / (2 * alignment) * (2 * alignment) + alignment + offset;
  result.start = result.whole + (address - (uintptr_t)result.whole);
  result.size = size;
  return result;
}

static bool untouched(const Block *b) {
  size_t i;
  size_t before = (size_t)(b->start - b->whole);
  for (i = 0; i < b->whole_size; i++) {
    if ((i < before || i >= before + b->size) && b->whole[i] != PATTERN) {
      return false;
    }
  }
  return true;
}

static uint8_t *read_file(const char *kind, size_t index, size_t size) {
  char name[40];
  FILE *file;
  uint8_t *data = allocate(1, size);
  sprintf(name, "%s_%lu", kind, (unsigned long)index);
  file = fopen(name, "rb");
  if (file == NULL || fread(data, 1, size, file) != size || fclose(file) != 0) {
    fail(0, 0, "can't read %s", name);
  }
  return data;
}

static void write_file(const char *kind, size_t index, const uint8_t *data, size_t size) {
  char name[40];
  FILE *file;
  sprintf(name, "%s_%lu", kind, (unsigned long)index);
  file = fopen(name, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
    fail(0, 0, "can't write %s", name);
  }
}

static Tensors tensors(size_t count) {
  Tensors t;
  t.count = count;
  t.in_workspace = false;
  t.blocks = allocate(count, sizeof(Block));
  t.pointers = allocate(count, sizeof(void *));
  t.data = allocate(count, sizeof(uint8_t *));
  return t;
}

/* Nanoseconds since some moment. */
static double now(void) {
#ifdef CLOCK_MONOTONIC
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) == 0) {
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
  }
#endif
  return (double)clock() / (double)CLOCKS_PER_SEC * 1e9;
}

static size_t number(const char *text) {
  return (size_t)strtoul(text, NULL, 10);
}

/* Pools and devices: `offset` bytes behind the workspaces' alignments. */
static Block *set_up(const TVMModel *model, TVMContext *context, size_t offset) {
  /* Static, so that a leak checker finds everything in use. */
  static void **pool_table, **device_table;
  static char device_handle;
  size_t workspaces = TVMGetWorkspaceCount(model);
  size_t devices = TVMGetDeviceCount(model);
  size_t i;
  Block *pools = allocate(workspaces, sizeof(Block));
  pool_table = allocate(workspaces, sizeof(void *));
  device_table = allocate(devices, sizeof(void *));
  for (i = 0; i < workspaces; i++) {
    pools[i] = block(TVMGetWorkspaceSize(model, i), TVMGetWorkspaceAlignment(model, i), offset);
    pool_table[i] = pools[i].start;
  }
  if (workspaces == 1) {
    check(0, TVMSetWorkspaceBuffer(context, pools[0].start, pools[0].size), "TVMSetWorkspaceBuffer");
  } else if (workspaces > 1) {
    check(0, TVMSetWorkspaceTable(context, pool_table, workspaces * sizeof(void *)), "TVMSetWorkspaceTable");
  }
  for (i = 0; i < devices; i++) {
    device_table[i] = &device_handle;
  }
  if (devices > 0) {
    check(0, TVMSetDevices(context, device_table), "TVMSetDevices");
  }
  return pools;
}

/* Inputs from their files, and outputs; where they are in the workspace, there. */
static void place(const TVMModel *model, const TVMContext *context, size_t steps, Tensors *in, Tensors *out) {
  size_t i;
  in->in_workspace = in->count > 0 && (model->inputs[0].flags & TVM_TENSOR_IN_WORKSPACE) != 0;
  out->in_workspace = out->count > 0 && (model->outputs[0].flags & TVM_TENSOR_IN_WORKSPACE) != 0;
  for (i = 0; i < in->count; i++) {
    in->data[i] = read_file("input", i, steps * TVMGetInputSize(model, i));
    in->blocks[i] = block(TVMGetInputSize(model, i), TVMGetInputAlignment(model, i), 0);
    in->pointers[i] = in->blocks[i].start;
  }
  for (i = 0; i < out->count; i++) {
    out->data[i] = allocate(steps, TVMGetOutputSize(model, i));
    out->blocks[i] = block(TVMGetOutputSize(model, i), TVMGetOutputAlignment(model, i), 0);
    out->pointers[i] = out->blocks[i].start;
  }
  if (in->in_workspace) {
    check(0, TVMMapInputs(model, context, in->pointers), "TVMMapInputs");
  }
  if (out->in_workspace) {
    check(0, TVMMapOutputs(model, context, out->pointers), "TVMMapOutputs");
  }
}

/* Keeps the outputs of the first repetition, and compares those of the others. */
static void compare(const TVMModel *model, const Tensors *out, size_t repeat, size_t step) {
  size_t i;
  for (i = 0; i < out->count; i++) {
    size_t size = TVMGetOutputSize(model, i);
    uint8_t *kept = out->data[i] + step * size;
    if (repeat == 0) {
      memcpy(kept, out->pointers[i], size);
    } else if (memcmp(kept, out->pointers[i], size) != 0) {
      fail(step, 0, "output %s of repetition %lu differs from the first", TVMGetOutputName(model, i), (unsigned long)repeat + 1);
    }
  }
}

/* Nothing outside of the model's memory was written. */
static void check_bounds(const TVMModel *model, const Block *pools, const Tensors *in, const Tensors *out, size_t step) {
  size_t i;
  for (i = 0; i < TVMGetWorkspaceCount(model); i++) {
    if (!untouched(&pools[i])) {
      fail(step, 0, "the model wrote outside its workspace %s", TVMGetWorkspaceName(model, i));
    }
  }
  for (i = 0; i < in->count; i++) {
    if (!untouched(&in->blocks[i])) {
      fail(step, 0, "the model wrote outside its input %s", TVMGetInputName(model, i));
    }
  }
  for (i = 0; i < out->count; i++) {
    if (!untouched(&out->blocks[i])) {
      fail(step, 0, "the model wrote outside its output %s", TVMGetOutputName(model, i));
    }
  }
}

#ifdef TVM_EMBEDDED_LAYERS
/* A run whose layers are recorded. */
typedef struct {
  const Tensors *in, *out;
  const TVMContext *context;
  FILE *file;
  size_t repeat, step;
} Recorder;

/* FNV-1a of what the layer wrote. */
static int32_t record(void *user, const TVMLayer *layer) {
  const Recorder *recorder = user;
  const void *inputs = recorder->in->pointers, *outputs = recorder->out->pointers;
  uint32_t hash = 2166136261u;
  uint32_t i, at;
  for (i = 0; i < layer->output_count; i++) {
    const uint8_t *data = LAYER_DATA(inputs, outputs, recorder->context, &layer->outputs[i]);
    for (at = 0; data != NULL && at < layer->outputs[i].bytes; at++) {
      hash = (hash ^ data[at]) * 16777619u;
    }
  }
  return fprintf(recorder->file, "%lu %lu %lu\n", (unsigned long)recorder->repeat, (unsigned long)recorder->step, (unsigned long)hash) < 0;
}

static int32_t execute(
    const TVMModel *model, const Tensors *in, const Tensors *out, const TVMContext *context, size_t repeat, size_t step) {
  const void *inputs = in->pointers, *outputs = out->pointers;
  Recorder recorder;
  TVMLayerHooks hooks;
  int32_t status;
  if (repeat == 0) {
    return TVMExecute(model, inputs, outputs, context);
  }
  recorder.in = in;
  recorder.out = out;
  recorder.context = context;
  recorder.file = fopen("layers", "a");
  recorder.repeat = repeat;
  recorder.step = step;
  if (recorder.file == NULL) {
    fail(0, 0, "can't write layers");
  }
  hooks.before = NULL;
  hooks.after = record;
  hooks.user = &recorder;
  status = EXECUTE_LAYERS(inputs, outputs, context, &hooks);
  if (fclose(recorder.file) != 0 || status == TVM_STATUS_ABORTED) {
    fail(0, 0, "can't write layers");
  }
  return status;
}

/* Other bytes in the memory of the model than in the last repetition: what depends on them is no result. */
static void refill(const TVMModel *model, const Block *pools, const Tensors *out, size_t repeat) {
  const int pattern = (repeat % 2) != 0 ? 0x3C : 0xC3;
  size_t i;
  for (i = 0; repeat > 0 && i < TVMGetWorkspaceCount(model); i++) {
    if (TVMIsWorkspaceState(model, i) == 0) {
      memset(pools[i].start, pattern, pools[i].size);
    }
  }
  for (i = 0; repeat > 0 && i < out->count; i++) {
    memset(out->blocks[i].start, pattern, out->blocks[i].size);
  }
}
#else
static int32_t execute(
    const TVMModel *model, const Tensors *in, const Tensors *out, const TVMContext *context, size_t repeat, size_t step) {
  (void)repeat;
  (void)step;
  return TVMExecute(model, in->pointers, out->pointers, context);
}

static void refill(const TVMModel *model, const Block *pools, const Tensors *out, size_t repeat) {
  (void)model;
  (void)pools;
  (void)out;
  (void)repeat;
}
#endif

/* Tells the tool how many runs are done, ten times a second at most. */
static void tell(size_t runs) {
  static double told;
  double time = now();
  if (time - told >= 1e8) {
    told = time;
    printf("tvm-embedded runs %lu\n", (unsigned long)runs);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  /* Static, so that a leak checker finds everything in use. */
  static Block *pools;
  static Tensors in, out;
  const TVMModel *model = &MODEL;
  size_t offset, steps, repeats, resets, repeat, step, i;
  TVMContext context;
  double nanoseconds = 0;
  FILE *report;
  if (argc != 5) {
    fail(0, 0, "expected four arguments");
  }
  offset = number(argv[1]);
  steps = number(argv[2]);
  repeats = number(argv[3]);
  resets = number(argv[4]);
  memset(&context, 0, sizeof context);
  check(0, TVMCheckModel(model), "TVMCheckModel");
  pools = set_up(model, &context, offset);
  in = tensors(TVMGetInputCount(model));
  out = tensors(TVMGetOutputCount(model));
  place(model, &context, steps, &in, &out);

  for (repeat = 0; repeat < repeats; repeat++) {
    for (step = 0; step < steps; step++) {
      double start;
      int32_t status;
      if (step % resets == 0) {
        check(step, TVMReset(model, &context), "TVMReset");
      }
      refill(model, pools, &out, repeat);
      for (i = 0; i < in.count; i++) {
        size_t size = TVMGetInputSize(model, i);
        memcpy(in.pointers[i], in.data[i] + step * size, size);
      }
      start = now();
      status = execute(model, &in, &out, &context, repeat, step);
      nanoseconds += now() - start;
      check(step, status, "TVMExecute");
      compare(model, &out, repeat, step);
      check_bounds(model, pools, &in, &out, step);
      tell(repeat * steps + step + 1);
    }
  }

  for (i = 0; i < out.count; i++) {
    write_file("output", i, out.data[i], steps * TVMGetOutputSize(model, i));
  }
  report = fopen("report", "w");
  if (report == NULL) {
    return 1;
  }
  fprintf(report, "done %lu %.0f\n", (unsigned long)(steps * repeats), nanoseconds);
  return fclose(report) == 0 ? 0 : 1;
}
