/* A model whose constants are set by the user, as after an update over the air: nothing runs without them, other
 * constants give another result. CARRIED: the model has constants of its own, which others may take the place of. */
#include <stdio.h>
#include <string.h>

#include "hello_pools.h"

static uint8_t g_workspace[TVM_HELLO_POOLS_WORKSPACE_BYTES];
#if defined(__GNUC__)
__attribute__((aligned(TVM_HELLO_POOLS_PARAMETER_FLASH_ALIGNMENT)))
#endif
static uint8_t g_constants[TVM_HELLO_POOLS_PARAMETER_FLASH_BYTES + 16];

static int32_t run(const TVMContext *context, int8_t *result) {
  tvm_hello_pools_input_t in = { { 50 } };
  tvm_hello_pools_output_t out = { { 0 } };
  const TVMInputs_hello_pools inputs = TVM_HELLO_POOLS_INPUTS(&in);
  const TVMOutputs_hello_pools outputs = TVM_HELLO_POOLS_OUTPUTS(&out);
  const int32_t status = TVMExecute(&hello_pools, &inputs, &outputs, context);
  *result = out.StatefulPartitionedCall_0[0];
  return status;
}

int main(int argc, char **argv) {
  TVMContext context;
  int8_t first = 0, second = 0;
  FILE *file = fopen(argc == 2 ? argv[1] : "", "rb");
  if (file == NULL || fread(g_constants, 1, TVM_HELLO_POOLS_PARAMETER_FLASH_BYTES, file) != TVM_HELLO_POOLS_PARAMETER_FLASH_BYTES) {
    return 1;
  }
  fclose(file);
  memset(&context, 0, sizeof context);
  TVMSetWorkspaces(&context, g_workspace);
#ifdef CARRIED
  if (run(&context, &first) != 0 || TVMGetParameterData(&hello_pools, 0) == NULL) {
    return 2;
  }
#else
  if (run(&context, &first) != TVM_STATUS_PARAMETERS_NOT_SET || TVMGetParameterData(&hello_pools, 0) != NULL) {
    return 2;
  }
#endif
  if (TVMSetParameters(&context, g_constants) != 0 || run(&context, &second) != 0) {
    return 3;
  }
#ifdef CARRIED
  if (first != second) {
    return 4;
  }
#endif
  if (TVMSetParameters(&context, &g_constants[1]) != 0 || run(&context, &first) != TVM_STATUS_MISALIGNED_PARAMETER) {
    return 5;
  }
  /* All weights zero: the result is that of the last layer's bias, whatever the input. */
  memset(g_constants, 0, sizeof g_constants);
  if (TVMSetParameters(&context, g_constants) != 0 || run(&context, &first) != 0 || first == second) {
    return 6;
  }
  return 0;
}
