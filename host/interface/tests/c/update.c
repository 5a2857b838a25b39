/* Reads each file as an update of the model `net`, and prints the status; with a good one also a run's output. */
#include <stdio.h>
#include <string.h>

#include "net_update.h"

int main(int argc, char **argv) {
  static union {
    uint64_t aligned;
    uint8_t bytes[1024];
  } memory;
  static tvm_net_input_t input;
  static tvm_net_output_t output;
  static uint8_t workspace[TVM_NET_WORKSPACE_BYTES];
  TVMInputs_net inputs = TVM_NET_INPUTS(&input);
  TVMOutputs_net outputs = TVM_NET_OUTPUTS(&output);
  int i;
  for (i = 1; i < argc; i++) {
    TVMParameters_net parameters = { NULL };
    TVMContext context;
    FILE *file = fopen(argv[i], "rb");
    const size_t bytes = file == NULL ? 0u : fread(memory.bytes, 1, sizeof(memory.bytes), file);
    int32_t status = TVMReadUpdate_net(memory.bytes, bytes, &parameters);
    if (file == NULL || fclose(file) != 0) {
      return 1;
    }
    memset(&context, 0, sizeof(context));
    if (status == TVM_STATUS_OK) {
      status = TVMSetWorkspaces(&context, workspace);
    }
    if (status == TVM_STATUS_OK) {
      status = TVMSetParameters(&context, &parameters);
    }
    if (status == TVM_STATUS_OK) {
      status = TVMExecute_net(&inputs, &outputs, &context);
    }
    printf("%ld:", (long)status);
    if (status == TVM_STATUS_OK) {
      printf("%d", output.y[0]);
    } else if (parameters.flash != NULL) {
      return 2;
    }
    printf(" ");
  }
  {
    TVMParameters_net parameters = { NULL };
    printf("%ld ", (long)TVMReadUpdate_net(NULL, 1024, &parameters));
    printf("%ld ", (long)TVMReadUpdate_net(memory.bytes, 1024, NULL));
    printf("%ld", (long)TVMReadUpdate_net(&memory.bytes[1], 1000, &parameters));
  }
  return 0;
}
