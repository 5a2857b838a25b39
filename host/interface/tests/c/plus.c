/* Runs a synthetic model of any memory mode: output k must be input k (or the last) plus k + 1. */
#include <stdio.h>
#include <string.h>

#include MODEL_HEADER

static unsigned char g_memory[4][256];


int main(void) {
  const TVMModel *model = &MODEL;
  const size_t inputs = TVMGetInputCount(model), outputs = TVMGetOutputCount(model);
  int8_t in[8][4], out[8][4];
  const void *in_pointers[8];
  void *out_pointers[8];
  const void *pools[4];
  TVMContext context = { TVM_UNSET_BINDING, TVM_UNSET_BINDING, TVM_UNSET_BINDING };
  size_t i, k;
  int32_t status;
  for (i = 0; i < 4; i++) {
    pools[i] = g_memory[i] + 1;
  }
  if (TVMGetWorkspaceCount(model) != 0 && TVMSetWorkspaceTable(&context, pools, sizeof pools) != 0) {
    return 2;
  }
  for (i = 0; i < 8; i++) {
    in_pointers[i] = in[i];
    out_pointers[i] = out[i];
    for (k = 0; k < 4; k++) {
      in[i][k] = (int8_t)(10 * (int)i + (int)k);
    }
  }
  memset(out, 0x55, sizeof out);
  if (TVMMapInputs(model, &context, (void *)in_pointers) == 0 && TVMMapOutputs(model, &context, out_pointers) == 0) {
    for (i = 0; i < inputs; i++) {
      memcpy((void *)(uintptr_t)in_pointers[i], in[i], 4);
    }
  }
  status = TVMExecute(model, in_pointers, out_pointers, &context);
  if (status != 0) {
    printf("%d %s\n", status, TVMStatusString(status));
    return 1;
  }
  for (i = 0; i < outputs; i++) {
    memcpy(out[i], out_pointers[i], 4);
  }
  for (i = 0; i < outputs; i++) {
    const size_t from = i < inputs ? i : inputs - 1;
    for (k = 0; k < 4; k++) {
      if (out[i][k] != in[from][k] + (int)i + 1) {
        printf("output %zu[%zu] is %d\n", i, k, out[i][k]);
        return 1;
      }
    }
  }
  return 0;
}
