/* Calls the functions of elements.h for every case that CASES lists, with the arguments in the files that elements.py wrote into
 * the directory argv[1], and writes what they give beside them. */
#include "elements.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *g_folder;

static FILE *file(const char *name, const char *kind, const char *end, const char *mode) {
  char path[600];
  FILE *opened;
  snprintf(path, sizeof path, "%s/%s.%s%s", g_folder, name, kind, end);
  opened = fopen(path, mode);
  if (opened == NULL) {
    perror(path);
    exit(1);
  }
  return opened;
}

/* The whole file: as many items of `size` bytes as `count` says. */
static void *read_all(const char *name, const char *kind, size_t size, size_t *count) {
  FILE *from = file(name, kind, "in", "rb");
  void *memory;
  fseek(from, 0, SEEK_END);
  *count = (size_t)ftell(from) / size;
  rewind(from);
  memory = malloc(*count * size + 1);
  if (*count == 0 || memory == NULL || fread(memory, size, *count, from) != *count) {
    exit(1);
  }
  fclose(from);
  return memory;
}

static void write_all(const char *name, const char *kind, const void *memory, size_t size, size_t count) {
  FILE *to = file(name, kind, "found", "wb");
  if (fwrite(memory, size, count, to) != count || fclose(to) != 0) {
    exit(1);
  }
}

/* One tensor: both directions, each for single values and for arrays, whose results must be the same. */
#define CASE(name, type, first_bits, second_bits)                                                      \
  static void name##_case(void) {                                                                      \
    const int32_t bits[2] = { first_bits, second_bits };                                               \
    size_t count, i;                                                                                   \
    float *values = TVM_FROM_VOID(float *, read_all(#name, "quantize.", sizeof(float), &count));       \
    type *elements = TVM_FROM_VOID(type *, malloc(count * sizeof(type)));                              \
    float *reals;                                                                                      \
    int32_t *pairs, *fixed;                                                                            \
    tvm_elements_input_##name##_quantize_array(values, elements, count);                               \
    for (i = 0; i < count; i++) {                                                                      \
      if (tvm_elements_input_##name##_quantize(values[i]) != elements[i]) {                            \
        exit(2);                                                                                       \
      }                                                                                                \
    }                                                                                                  \
    write_all(#name, "quantize.", elements, sizeof(type), count);                                      \
    free(values);                                                                                      \
    free(elements);                                                                                    \
    elements = TVM_FROM_VOID(type *, read_all(#name, "dequantize.", sizeof(type), &count));            \
    reals = TVM_FROM_VOID(float *, malloc(count * sizeof(float)));                                     \
    tvm_elements_input_##name##_dequantize_array(elements, reals, count);                              \
    for (i = 0; i < count; i++) {                                                                      \
      const float one = tvm_elements_input_##name##_dequantize(elements[i]);                           \
      if (memcmp(&one, &reals[i], sizeof one) != 0) {                                                  \
        exit(2);                                                                                       \
      }                                                                                                \
    }                                                                                                  \
    write_all(#name, "dequantize.", reals, sizeof(float), count);                                      \
    free(elements);                                                                                    \
    free(reals);                                                                                       \
    pairs = TVM_FROM_VOID(int32_t *, read_all(#name, "quantize_fixed.", 2 * sizeof(int32_t), &count)); \
    elements = TVM_FROM_VOID(type *, malloc(count * sizeof(type)));                                    \
    for (i = 0; i < count; i++) {                                                                      \
      elements[i] = tvm_elements_input_##name##_quantize_fixed(pairs[2 * i], pairs[2 * i + 1]);        \
    }                                                                                                  \
    write_all(#name, "quantize_fixed.", elements, sizeof(type), count);                                \
    free(pairs);                                                                                       \
    free(elements);                                                                                    \
    elements = TVM_FROM_VOID(type *, read_all(#name, "dequantize_fixed.", sizeof(type), &count));      \
    fixed = TVM_FROM_VOID(int32_t *, malloc(count * sizeof(int32_t)));                                 \
    for (i = 0; i < count; i++) {                                                                      \
      fixed[i] = tvm_elements_input_##name##_dequantize_fixed(elements[i], bits[i / (count / 2)]);     \
    }                                                                                                  \
    write_all(#name, "dequantize_fixed.", fixed, sizeof(int32_t), count);                              \
    free(elements);                                                                                    \
    free(fixed);                                                                                       \
  }
#include "cases.h"
#undef CASE

static void factors(void) {
  size_t count, i;
  int32_t *rows = TVM_FROM_VOID(int32_t *, read_all("scale", "", 6 * sizeof(int32_t), &count));
  int32_t *found = TVM_FROM_VOID(int32_t *, malloc(count * sizeof(int32_t)));
  for (i = 0; i < count; i++) {
    found[i] = TVMScale(rows[6 * i], rows[6 * i + 1], rows[6 * i + 2]);
  }
  write_all("scale", "", found, sizeof(int32_t), count);
  for (i = 0; i < count; i++) {
    const int32_t *row = &rows[6 * i];
    found[i] = TVMQuantizeInteger(row[0], row[1], row[2], row[3], row[4], row[5]);
  }
  write_all("integer", "", found, sizeof(int32_t), count);
  free(rows);
  free(found);
}

int main(int count, char **arguments) {
  if (count != 2) {
    return 1;
  }
  g_folder = arguments[1];
#define CASE(name, type, first_bits, second_bits) name##_case();
#include "cases.h"
  factors();
  return 0;
}
