/* Prints the status of the self-test of the model `net`, and the sample, output and byte that differ. */
#include <stdio.h>
#include <string.h>

#include "net_self_test.h"

int main(void) {
  static tvm_net_input_t input;
  static tvm_net_output_t output;
  static uint8_t workspace[TVM_NET_WORKSPACE_BYTES];
  TVMSelfTestResult result;
  TVMContext context;
  int32_t status;
  memset(&context, 0, sizeof(context));
  status = TVMSetWorkspaces(&context, workspace);
  if (status == TVM_STATUS_OK) {
    status = TVMSelfTest_net(&input, &output, &context, &result);
  }
  printf("%ld %lu %s %lu", (long)status, (unsigned long)result.sample, result.output == NULL ? "-" : result.output,
         (unsigned long)result.offset);
  return 0;
}
