/* Prints everything that the accessors return for a model, one fact per line: key, space, value. Text is written as the bytes
 * of its UTF-8 in hexadecimal, a float as its bits. */
#include <stdio.h>
#include <string.h>

#include MODEL_HEADER

static void text(const char *key, const char *value) {
  printf("%s ", key);
  for (; *value != '\0'; value++) {
    printf("%02x", (unsigned)(unsigned char)*value);
  }
  printf("\n");
}

static void number(const char *key, long long value) { printf("%s %lld\n", key, value); }

typedef struct {
  const char *group;
  size_t count;
  const char *(*name)(const TVMModel *, size_t);
  int32_t (*find)(const TVMModel *, const char *);
  size_t (*size)(const TVMModel *, size_t);
  size_t (*alignment)(const TVMModel *, size_t);
  int32_t (*dtype)(const TVMModel *, size_t, TVMDataType *);
  int32_t (*shape)(const TVMModel *, size_t, const int32_t **, size_t *);
  int32_t (*quantization)(const TVMModel *, size_t, float *, int32_t *);
} Side;

static void tensors(const TVMModel *model, const Side *side) {
  size_t i, k;
  printf("%s.count %zu\n", side->group, side->count);
  for (i = 0; i < side->count; i++) {
    char key[64];
    TVMDataType dtype;
    const int32_t *shape;
    size_t rank;
    float scale;
    int32_t zero_point;
#define KEY(field) (snprintf(key, sizeof key, "%s.%zu.%s", side->group, i, field), key)
    text(KEY("name"), side->name(model, i));
    number(KEY("index"), side->find(model, side->name(model, i)));
    number(KEY("bytes"), (long long)side->size(model, i));
    number(KEY("alignment"), (long long)side->alignment(model, i));
    if (side->dtype(model, i, &dtype) == 0 && dtype.bits != 0) {
      number(KEY("dtype.code"), dtype.code);
      number(KEY("dtype.bits"), dtype.bits);
      number(KEY("dtype.lanes"), dtype.lanes);
    }
    if (side->shape(model, i, &shape, &rank) == 0) {
      number(KEY("rank"), (long long)rank);
      printf("%s", KEY("shape"));
      for (k = 0; k < rank; k++) {
        printf(" %d", shape[k]);
      }
      printf("\n");
    }
    if (side->quantization(model, i, &scale, &zero_point) == 0) {
      uint32_t bits;
      memcpy(&bits, &scale, sizeof bits);
      number(KEY("scale"), bits);
      number(KEY("zero_point"), zero_point);
    }
  }
}

int main(void) {
  const TVMModel *model = &MODEL;
  const Side inputs = { "input", TVMGetInputCount(model), TVMGetInputName, TVMFindInput, TVMGetInputSize,
                        TVMGetInputAlignment, TVMGetInputDataType, TVMGetInputShape, TVMGetInputQuantization };
  const Side outputs = { "output", TVMGetOutputCount(model), TVMGetOutputName, TVMFindOutput, TVMGetOutputSize,
                         TVMGetOutputAlignment, TVMGetOutputDataType, TVMGetOutputShape, TVMGetOutputQuantization };
  char key[64];
  size_t i;
  if (TVMCheckModel(model) != 0) {
    return 1;
  }
  text("name", TVMGetModelName(model));
  number("abi_version", TVMGetABIVersion());
  if (TVMGetTVMVersionMajor(model) >= 0) {
    number("tvm_version.major", TVMGetTVMVersionMajor(model));
    number("tvm_version.minor", TVMGetTVMVersionMinor(model));
    number("tvm_version.patch", TVMGetTVMVersionPatch(model));
  }
  tensors(model, &inputs);
  tensors(model, &outputs);
#define AT(group, field) (snprintf(key, sizeof key, "%s.%zu.%s", group, i, field), key)
  number("workspace.count", (long long)TVMGetWorkspaceCount(model));
  for (i = 0; i < TVMGetWorkspaceCount(model); i++) {
    text(AT("workspace", "name"), TVMGetWorkspaceName(model, i));
    number(AT("workspace", "index"), TVMFindWorkspace(model, TVMGetWorkspaceName(model, i)));
    number(AT("workspace", "bytes"), (long long)TVMGetWorkspaceSize(model, i));
    number(AT("workspace", "aligned_bytes"), (long long)TVMGetWorkspaceAlignedSize(model, i));
    number(AT("workspace", "alignment"), (long long)TVMGetWorkspaceAlignment(model, i));
    number(AT("workspace", "state"), TVMIsWorkspaceState(model, i));
  }
  number("parameter.count", (long long)TVMGetParameterCount(model));
  for (i = 0; i < TVMGetParameterCount(model); i++) {
    text(AT("parameter", "name"), TVMGetParameterName(model, i));
    number(AT("parameter", "index"), TVMFindParameter(model, TVMGetParameterName(model, i)));
    number(AT("parameter", "bytes"), (long long)TVMGetParameterSize(model, i));
    number(AT("parameter", "alignment"), (long long)TVMGetParameterAlignment(model, i));
    number(AT("parameter", "carried"), TVMGetParameterData(model, i) != NULL);
  }
  number("device.count", (long long)TVMGetDeviceCount(model));
  for (i = 0; i < TVMGetDeviceCount(model); i++) {
    text(AT("device", "name"), TVMGetDeviceName(model, i));
    number(AT("device", "index"), (long long)i);
  }
  return 0;
}
