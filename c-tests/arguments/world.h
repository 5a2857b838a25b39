/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the calls of the argument table may read or write, in one object, so that "nothing was written" is one
 * comparison. */
#ifndef WORLD_H
#define WORLD_H

#include "../check.h"
#include "../execution/fake.h"

enum { BAD_MODELS = 5 };

typedef struct World {
  TVMModel magic, abi_version, struct_size; /* the model `full`, each with one wrong word */
  TVMContext context;                       /* good for `full` */
  TVMContext inside_context;                /* good for `inside` */
  TVMContext spare;
  void *workspaces[3];
  const void *parameters[3];
  void *devices[3];
  const void *inputs[3];
  void *outputs[3];
  const void *inside_inputs[2];
  void *inside_outputs[2];
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
  uint32_t state;
  uint64_t weights[FAKE_WEIGHTS / 8 + 1];
  int32_t carried[4];
  int8_t in_image[FAKE_BYTES], out_image[FAKE_BYTES];
  float in_vector[FAKE_FLOATS], out_vector[FAKE_FLOATS];
} World;
static World world;

/* The last byte of the address space, less `bytes`. */
#define NEAR_THE_END(bytes) ((void *)(UINTPTR_MAX - (uintptr_t)(bytes)))

static World before;

/* An address that no type but bytes can have. */
static void *odd(const void *pointer) {
  return (char *)(uintptr_t)pointer + 1;
}

/* First FAKE_ALIGNMENT-aligned byte of the world's sram: there, FAKE_WORKSPACE bytes are just enough. */
static void *aligned_sram(void) {
  return TVMWorkspaceStart(&world.inside_context, 1, 0, FAKE_ALIGNMENT);
}

/* The five wrong models: NULL, misaligned, wrong magic, wrong ABI version, wrong size; and what statuses they get. */
static const TVMModel *bad_model(int number) {
  switch (number) {
    case 0:
      return NULL;
    case 1:
      return (const TVMModel *)odd(&world.magic);
    case 2:
      return &world.magic;
    case 3:
      return &world.abi_version;
    default:
      return &world.struct_size;
  }
}

static int32_t bad_model_status(int number) {
  static const int32_t statuses[BAD_MODELS] = { TVM_STATUS_NULL_MODEL, TVM_STATUS_MISALIGNED_MODEL, TVM_STATUS_NOT_A_MODEL,
                                                TVM_STATUS_ABI_MISMATCH, TVM_STATUS_CORRUPT_MODEL };
  return statuses[number];
}

static void set_binding(TVMBinding *binding, const void *memory, size_t size, uint32_t kind) {
  binding->memory = memory;
  binding->size = size;
  binding->kind = kind;
}

/* Before a row: a world with everything right. */
static void row_begin(void) {
  memset(&world, 0x6B, sizeof(world));
  world.magic = world.abi_version = world.struct_size = full;
  world.magic.magic++;
  world.abi_version.abi_version++;
  world.struct_size.struct_size--;
  world.workspaces[0] = world.sram.bytes + 1;
  world.workspaces[1] = &world.state;
  world.parameters[0] = world.carried;
  world.parameters[1] = world.weights;
  world.devices[0] = &world.state;
  world.devices[1] = &world.state;
  world.inputs[0] = world.in_image;
  world.inputs[1] = world.in_vector;
  world.outputs[0] = world.out_image;
  world.outputs[1] = world.out_vector;
  set_binding(&world.context.workspaces, world.workspaces, sizeof(world.workspaces), TVM_BINDING_TABLE);
  set_binding(&world.context.parameters, world.parameters, sizeof(world.parameters), TVM_BINDING_TABLE);
  set_binding(&world.context.devices, world.devices, SIZE_MAX, TVM_BINDING_TABLE);
  set_binding(&world.inside_context.workspaces, world.sram.bytes + 1, FAKE_BUFFER, TVM_BINDING_BUFFER);
  memset(world.in_vector, 0, sizeof(world.in_vector));
  memcpy(&before, &world, sizeof(world));
}

static int answered(const char *function, const char *parameter, const char *kind, intptr_t expected, intptr_t got, int line) {
  check_done++;
  if (got == expected) {
    return 1;
  }
  check_failed++;
  printf("line %d: %s with %s %s: answered %ld, not %ld\n", line, function, parameter, kind, (long)got, (long)expected);
  return 0;
}

/* After it: the expected answer, nothing written, nothing run, and the good call works. */
static void row_end(const char *function, const char *parameter, const char *kind, intptr_t expected, intptr_t got,
             int (*good)(void), int line) {
  const unsigned runs = fake.runs + fake.resets;
  answered(function, parameter, kind, expected, got, line);
  if (!CHECK(memcmp(&before, &world, sizeof(world)) == 0) || !CHECK(fake.runs + fake.resets == runs)) {
    printf("  line %d: %s with %s %s has written something\n", line, function, parameter, kind);
  }
  if (!CHECK(good())) {
    printf("  line %d: after %s with %s %s\n", line, function, parameter, kind);
  }
}

/* For legal values: only the answer counts. */
static void legal_end(const char *function, const char *parameter, const char *kind, intptr_t expected, intptr_t got, int line) {
  answered(function, parameter, kind, expected, got, line);
}

/* A call with one bad argument: `parameter` is bad in the way `kind` says. check_table.py reads these lines. */
#define ROW(function, parameter, kind, expected, call)                                                               \
  do {                                                                                                               \
    row_begin();                                                                                                     \
    row_end(#function, #parameter, #kind, (intptr_t)(expected), (intptr_t)(call), good_##function, __LINE__);        \
  } while (0)
/* A call with an unusual but legal argument. */
#define LEGAL(function, parameter, kind, expected, call)                                                             \
  do {                                                                                                               \
    row_begin();                                                                                                     \
    legal_end(#function, #parameter, #kind, (intptr_t)(expected), (intptr_t)(call), __LINE__);                       \
  } while (0)
/* Five rows, in which `MODEL` is each wrong model. Answers: STATUS or NOTHING (0 or NULL). */
#define MODEL_ROWS(function, answer, call)                                                                           \
  do {                                                                                                               \
    int number_;                                                                                                     \
    for (number_ = 0; number_ < BAD_MODELS; number_++) {                                                             \
      const TVMModel *MODEL = bad_model(number_);                                                                    \
      ROW(function, model, wrong, answer(number_), call);                                                            \
    }                                                                                                                \
  } while (0)
#define STATUS(number) bad_model_status(number)
#define NOTHING(number) 0
/* Two rows, in which `INDEX` is not below the count. */
#define INDEX_ROWS(function, count, expected, call)                                                                  \
  do {                                                                                                               \
    const size_t indices_[3] = { (count), (count) + 1u, SIZE_MAX };                                                  \
    int number_;                                                                                                     \
    for (number_ = 0; number_ < 3; number_++) {                                                                      \
      const size_t INDEX = indices_[number_];                                                                        \
      ROW(function, index, out_of_range, expected, call);                                                            \
    }                                                                                                                \
  } while (0)

#endif
