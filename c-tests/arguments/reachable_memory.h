/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the calls of the argument table may read or write, in one object, so that "nothing was written" is one
 * comparison. */
#ifndef REACHABLE_MEMORY_H
#define REACHABLE_MEMORY_H

#define TVM_EMBEDDED_LAYERS /* its functions are in the table */
#include "../check.h"
#include "../execution/fake.h"

enum { FILL = 0x6B, LAST_ALIGNMENT = 8 };

typedef struct ReachableMemory {
  const void *parameters[4]; /* First, so that it is aligned as a parameter. */
  TVMModel model;            /* for a modified model */
  TVMContext context;        /* valid for `full` */
  TVMContext one_context;    /* valid for the models with one of each kind */
  TVMContext spare;
  void *workspaces[3];
  void *devices[3];
  const void *inputs[3];
  void *outputs[3];
  const void *inside_inputs[2];
  void *inside_outputs[2];
  void *table[3]; /* for a binding that needs another table than those above */
  TVMDataType data_type[2];
  const int32_t *shape[2];
  size_t rank[2];
  void *memory[2];
  const void *constant_memory[2];
  float scale[2];
  int32_t zero_point[2];
  union {
    uint64_t aligned[2];
    uint8_t bytes[FAKE_BUFFER + FAKE_ALIGNMENT];
  } sram;
  uint8_t state[FAKE_STATE];
  uint64_t weights[FAKE_WEIGHTS / 8 + 1];
  int32_t carried[4];
  int8_t in_image[FAKE_BYTES], out_image[FAKE_BYTES];
  float in_vector[FAKE_FLOATS], out_vector[FAKE_FLOATS];
  TVMInstance set[2]; /* a model with one workspace and a full one: they share it */
  TVMContextProblem problem;
  uintptr_t start;
  TVMRun run;
  int32_t (*probe)(const TVMContext *context); /* a call after a setter, and what it must return */
  int32_t probe_answer;
} ReachableMemory;
static ReachableMemory reachable;
static ReachableMemory before; /* the call */
#define W (&reachable)

/* The start of the workspace, not aligned. */
static uint8_t *odd_sram(void) {
  return reachable.sram.bytes + 1;
}

/* The first aligned byte in it: there, FAKE_WORKSPACE bytes are just enough. */
static uint8_t *aligned_sram(void) {
  return odd_sram() + (0u - (uintptr_t)odd_sram()) % FAKE_ALIGNMENT;
}

static void set_binding(TVMBinding *binding, const void *memory, size_t size, uint32_t kind) {
  binding->memory = memory;
  binding->size = size;
  binding->kind = kind;
}

/* A number from its bits, and back. */
static float real(uintptr_t number) {
  const uint32_t low_half = (uint32_t)number;
  float value;
  memcpy(&value, &low_half, sizeof(value));
  return value;
}

static intptr_t bits(float value) {
  int32_t number;
  memcpy(&number, &value, sizeof(number));
  return number;
}

/* What TVMBothHooks returned, and a model that does nothing in parts. */
static TVMLayerHooks returned_hooks;
static int32_t no_layers(const void *inputs, const void *outputs, const TVMContext *context, const TVMLayerHooks *hooks, TVMRun *run) {
  return run != NULL && hooks->user == run && inputs == run->inputs && outputs == run->outputs && context == run->context ? 0 : -1;
}

/* Before a row: memory with valid contents. */
static void memory_begin(void) {
  memset(&reachable, FILL, sizeof(reachable));
  reachable.probe = NULL;
  reachable.workspaces[0] = odd_sram();
  reachable.workspaces[1] = reachable.state;
  memset(reachable.state + 1, FAKE_MARK, sizeof(reachable.state) - 1);
  reachable.parameters[0] = reachable.carried;
  reachable.parameters[1] = reachable.weights;
  reachable.devices[0] = reachable.devices[1] = reachable.state;
  reachable.inputs[0] = reachable.in_image;
  reachable.inputs[1] = reachable.in_vector;
  reachable.outputs[0] = reachable.out_image;
  reachable.outputs[1] = reachable.out_vector;
  reachable.inside_inputs[0] = aligned_sram() + INSIDE_X;
  reachable.inside_outputs[0] = aligned_sram() + INSIDE_Y;
  set_binding(&reachable.context.workspaces, reachable.workspaces, 2 * sizeof(void *), TVM_BINDING_TABLE);
  set_binding(&reachable.context.parameters, reachable.parameters, 2 * sizeof(void *), TVM_BINDING_TABLE);
  set_binding(&reachable.context.devices, reachable.devices, SIZE_MAX, TVM_BINDING_TABLE);
  set_binding(&reachable.one_context.workspaces, odd_sram(), FAKE_BUFFER, TVM_BINDING_BUFFER);
  set_binding(&reachable.one_context.parameters, reachable.weights, FAKE_WEIGHTS, TVM_BINDING_BUFFER);
  set_binding(&reachable.one_context.devices, reachable.devices, SIZE_MAX, TVM_BINDING_TABLE);
  memset(reachable.in_vector, 0, sizeof(reachable.in_vector));
  reachable.set[0].model = &plain;
  reachable.set[0].context = &reachable.one_context;
  reachable.set[1].model = &full;
  reachable.set[1].context = &reachable.context;
  reachable.run.entry = no_layers;
  reachable.run.remaining = 2;
  reachable.run.hooks.before = TVMNoHook;
  reachable.run.hooks.after = TVMNoHook;
  reachable.run.hooks.user = reachable.state;
}

/* The address `bytes` bytes before the end of the address space. */
static void *before_the_end(uintptr_t bytes) {
  return (void *)(0u - bytes);
}

/* ---- a model made wrong (bad_descriptors.h) ---- */
enum { MODEL_ZEROS = 0, MODEL_ONES = 1, MODEL_MAGIC_BIT = 32, MODEL_ABI_BY = 256, MODEL_SIZE_BY = 512, MODEL_SIZE_ZERO = 1024 };

/* ---- a context made wrong (bad_descriptors.h): aspect | way | value ---- */
enum { OF_WORKSPACES = 0, OF_PARAMETERS = 1 << 16, OF_DEVICES = 2 << 16 };
enum {
  BYTES = 1 << 8,
  KIND_BIT = 2 << 8,
  TABLE_NULL = 3 << 8,
  TABLE_AT = 4 << 8,
  TABLE_LESS = 5 << 8,
  ENTRY_NULL = 6 << 8,
  ENTRY_AT_THE_END = 7 << 8,
  ENTRY_ODD = 8 << 8,
  BUFFER_LESS = 9 << 8,
  BUFFER_NULL = 10 << 8,
  BUFFER_AT_THE_END = 11 << 8,
  BUFFER_ODD = 12 << 8
};

/* ---- what facts.py checks after a good call ---- */
static int bound(const TVMBinding *binding, const void *memory, size_t size, uint32_t kind) {
  return binding->memory == memory && binding->size == (size == 0 ? SIZE_MAX : size) && binding->kind == kind;
}

static int text_is(intptr_t answer, const char *text) {
  return answer != 0 && strcmp((const char *)answer, text) == 0;
}

static int first_byte(const void *outputs) {
  return **(const int8_t *const *)outputs;
}

static int parameters_are_set(const TVMContext *context) {
  return context != NULL && (context->parameters.kind == TVM_BINDING_BUFFER || context->parameters.kind == TVM_BINDING_TABLE);
}

static int is_text_of(intptr_t answer, int32_t status) {
  const int ours = status == TVM_STATUS_OK || (status <= TVM_STATUS_NULL_MODEL && status >= TVM_STATUS_OVERLAP);
  return *(const char *)answer != '\0' && text_is(answer, "model's own code") == !ours;
}

/* The message, or the part of it that is kept. A message inside the kept one was overwritten while it was read. */
static int last_error_is(const char *message) {
  const char *last = TVMGetLastError();
  if (message == NULL) {
    return *last == '\0';
  }
  if (message >= last && message < last + TVM_LAST_ERROR_SIZE) {
    return strcmp(last, message == last ? "before" : "fore") == 0;
  }
  return strncmp(last, message, TVM_LAST_ERROR_SIZE - 1) == 0 && strlen(last) < TVM_LAST_ERROR_SIZE;
}

static const char *long_text(size_t length) {
  static char text[4001];
  memset(text, 'n', length);
  text[length] = '\0';
  return text;
}

static const char *library_version(void) {
  static char version[32];
  sprintf(version, "%d.%d.%d", TVM_EMBEDDED_VERSION_MAJOR, TVM_EMBEDDED_VERSION_MINOR, TVM_EMBEDDED_VERSION_PATCH);
  return version;
}

/* Runs after a setter, in the context that was set. */
static int32_t run_plain(const TVMContext *context) {
  return TVMExecute(&plain, reachable.inputs, reachable.outputs, context);
}
static int32_t run_brought(const TVMContext *context) {
  return TVMExecute(&brought, reachable.inputs, reachable.outputs, context);
}
static int32_t run_full(const TVMContext *context) {
  TVMContext all = reachable.context;
  if (context->workspaces.kind == TVM_BINDING_TABLE) {
    all.workspaces = context->workspaces;
  } else {
    all.parameters = context->parameters;
  }
  return TVMExecute(&full, reachable.inputs, reachable.outputs, &all);
}

#endif
