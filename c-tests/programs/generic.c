/* SPDX-License-Identifier: Apache-2.0 */
/* generic in NAME FILE ... out NAME FILE ...
 *
 * Runs any model with nothing but its descriptor and the accessors: memory from the heap between guard zones, at addresses that
 * are not more aligned than the descriptor requires; inputs from files; outputs compared with files. DESCRIPTOR is the model's.
 * Runs twice, the second time with other workspaces, and expects the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tvm_embedded.h"

extern const TVMModel DESCRIPTOR;

#define ENSURE(condition)                                            \
  do {                                                               \
    if (!(condition)) {                                              \
      printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                       \
    }                                                                \
  } while (0)

enum { MOST = 16, FILL = 0xA7, GUARD = 64, MOST_PLACES = 4 * MOST };

/* All blocks, and the bytes in them that are not the model's. */
static struct {
  unsigned char *block;
  size_t total, start, bytes;
} places[MOST_PLACES];
static size_t num_places;

/* Memory whose start is a multiple of `alignment`, and of nothing larger, with guard zones on both sides. */
static void *place(size_t bytes, size_t alignment) {
  const size_t total = bytes + 2 * alignment + 2 * GUARD;
  unsigned char *block = (unsigned char *)malloc(total);
  size_t skip;
  ENSURE(block != NULL && num_places < MOST_PLACES);
  memset(block, FILL, total);
  skip = GUARD + (3 * alignment - ((uintptr_t)block + GUARD) % (2 * alignment)) % (2 * alignment);
  ENSURE((uintptr_t)(block + skip) % (2 * alignment) == alignment % (2 * alignment));
  places[num_places].block = block;
  places[num_places].total = total;
  places[num_places].start = skip;
  places[num_places].bytes = bytes;
  num_places++;
  return block + skip;
}

/* No byte outside any block was written. */
static void guards_intact(void) {
  size_t at, byte;
  for (at = 0; at < num_places; at++) {
    for (byte = 0; byte < places[at].total; byte++) {
      ENSURE((byte >= places[at].start && byte < places[at].start + places[at].bytes) || places[at].block[byte] == FILL);
    }
  }
}

static void load(const char *path, void *bytes, size_t size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    printf("can't open %s\n", path);
    exit(1);
  }
  ENSURE(fread(bytes, 1, size, file) == size);
  ENSURE(fgetc(file) == EOF);
  fclose(file);
}

static void describe(const TVMModel *model) {
  size_t at, dimension;
  printf("%s\n", TVMGetModelName(model));
  for (at = 0; at < TVMGetInputCount(model) + TVMGetOutputCount(model); at++) {
    const int is_input = at < TVMGetInputCount(model);
    const size_t index = is_input ? at : at - TVMGetInputCount(model);
    TVMDataType type;
    const int32_t *shape = NULL;
    size_t rank = 0;
    float scale = 0;
    int32_t zero_point = 0;
    ENSURE((is_input ? TVMGetInputDataType(model, index, &type) : TVMGetOutputDataType(model, index, &type)) == TVM_STATUS_OK);
    printf("  %s %s: type %d, %d bits", is_input ? "input" : "output",
        is_input ? TVMGetInputName(model, index) : TVMGetOutputName(model, index), type.code, type.bits);
    if ((is_input ? TVMGetInputShape(model, index, &shape, &rank) : TVMGetOutputShape(model, index, &shape, &rank)) == TVM_STATUS_OK) {
      size_t bytes = (size_t)type.bits / 8 * type.lanes;
      printf(", shape");
      for (dimension = 0; dimension < rank; dimension++) {
        printf(" %ld", (long)shape[dimension]);
        bytes *= (size_t)shape[dimension];
      }
      ENSURE(bytes == (is_input ? TVMGetInputSize(model, index) : TVMGetOutputSize(model, index)));
    }
    if ((is_input ? TVMGetInputQuantization(model, index, &scale, &zero_point)
                  : TVMGetOutputQuantization(model, index, &scale, &zero_point)) == TVM_STATUS_OK) {
      printf(", scale %g, zero point %ld", (double)scale, (long)zero_point);
    }
    printf("\n");
  }
  for (at = 0; at < TVMGetWorkspaceCount(model); at++) {
    printf("  workspace %s: %lu bytes\n", TVMGetWorkspaceName(model, at), (unsigned long)TVMGetWorkspaceSize(model, at));
    ENSURE(TVMGetWorkspaceSize(model, at) == TVMGetWorkspaceAlignedSize(model, at) + TVMGetWorkspaceAlignment(model, at) - 1);
    ENSURE(TVMFindWorkspace(model, TVMGetWorkspaceName(model, at)) == (int32_t)at);
  }
}

/* New workspaces for the context. Byte-aligned ones need the larger size; both are tried. */
static void give_workspaces(const TVMModel *model, TVMContext *context, void **table, int aligned) {
  size_t at;
  if (TVMGetWorkspaceCount(model) == 0) {
    return;
  }
  ENSURE(TVMGetWorkspaceCount(model) <= MOST);
  for (at = 0; at < TVMGetWorkspaceCount(model); at++) {
    const size_t size = aligned ? TVMGetWorkspaceAlignedSize(model, at) : TVMGetWorkspaceSize(model, at);
    ENSURE(TVMSetWorkspace(model, table, at, place(size, aligned ? TVMGetWorkspaceAlignment(model, at) : 1), size) == TVM_STATUS_OK);
  }
  ENSURE(TVMSetWorkspaceTable(context, table, MOST * sizeof(void *)) == TVM_STATUS_OK);
}

int main(int argc, char **argv) {
  const TVMModel *model = &DESCRIPTOR;
  void *inputs[MOST], *outputs[MOST], *workspaces[MOST];
  TVMContext context;
  int round, at;
  size_t index;
  memset(&context, 0, sizeof(context));
  memset(workspaces, 0, sizeof(workspaces));
  ENSURE(TVMCheckModel(model) == TVM_STATUS_OK);
  ENSURE(TVMGetInputCount(model) <= MOST && TVMGetOutputCount(model) <= MOST);
  describe(model);
  for (round = 0; round < 2; round++) {
    give_workspaces(model, &context, workspaces, round);
    ENSURE(TVMReset(model, &context) == TVM_STATUS_OK);
    if (TVMMapInputs(model, &context, inputs) != TVM_STATUS_OK) {
      for (index = 0; index < TVMGetInputCount(model); index++) {
        inputs[index] = place(TVMGetInputSize(model, index), TVMGetInputAlignment(model, index));
      }
    }
    if (TVMMapOutputs(model, &context, outputs) != TVM_STATUS_OK) {
      for (index = 0; index < TVMGetOutputCount(model); index++) {
        outputs[index] = place(TVMGetOutputSize(model, index), TVMGetOutputAlignment(model, index));
      }
    }
    for (at = 1; at + 2 < argc; at += 3) {
      if (strcmp(argv[at], "in") == 0) {
        const int32_t found = TVMFindInput(model, argv[at + 1]);
        ENSURE(found >= 0);
        load(argv[at + 2], inputs[found], TVMGetInputSize(model, (size_t)found));
      }
    }
    {
      const int32_t status = TVMExecute(model, inputs, outputs, &context);
      printf("TVMExecute: %s\n", TVMStatusString(status));
      ENSURE(status == TVM_STATUS_OK);
    }
    guards_intact();
    for (at = 1; at + 2 < argc; at += 3) {
      if (strcmp(argv[at], "out") == 0) {
        const int32_t found = TVMFindOutput(model, argv[at + 1]);
        size_t size;
        void *expected;
        ENSURE(found >= 0);
        size = TVMGetOutputSize(model, (size_t)found);
        expected = malloc(size);
        ENSURE(expected != NULL);
        load(argv[at + 2], expected, size);
        ENSURE(memcmp(expected, outputs[found], size) == 0);
        free(expected);
      }
    }
  }
  ENSURE(at == argc && argc >= 4);
  return 0;
}
