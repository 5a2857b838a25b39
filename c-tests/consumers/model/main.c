#include <stdio.h>
#include "wake_word.h"

static uint8_t g_workspace[TVM_WAKE_WORD_WORKSPACE_BYTES];
static const TVMContext g_context = TVM_WAKE_WORD_CONTEXT(g_workspace);

int main(void) {
  static tvm_wake_word_input_t input;
  static tvm_wake_word_output_t output;
  TVMInputs_wake_word inputs = TVM_WAKE_WORD_INPUTS(&input);
  TVMOutputs_wake_word outputs = TVM_WAKE_WORD_OUTPUTS(&output);

  int32_t status = TVMExecute(&wake_word, &inputs, &outputs, &g_context);
  printf("%s: %s\n", TVM_WAKE_WORD_NAME, TVMStatusString(status));
  return status != TVM_STATUS_OK;
}
