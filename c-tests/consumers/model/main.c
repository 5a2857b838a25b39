#include <stdio.h>
#include "wake_word.h"

TVM_WAKE_WORD_STATIC_CONTEXT(g_context);

int main(void) {
  static tvm_wake_word_input_t input;
  static tvm_wake_word_output_t output;
  TVMInputs_wake_word inputs = TVM_WAKE_WORD_INPUTS(&input);
  TVMOutputs_wake_word outputs = TVM_WAKE_WORD_OUTPUTS(&output);

  int32_t status = TVMReset_wake_word(&g_context); /* once, and before each new stream */
  if (status == TVM_STATUS_OK) {
    status = TVMExecute_wake_word(&inputs, &outputs, &g_context); /* for each block of the stream */
  }
  printf("%s: %s\n", TVM_WAKE_WORD_NAME, TVMStatusString(status));
  return status != TVM_STATUS_OK;
}
