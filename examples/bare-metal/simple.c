/* The simplest firmware: one buffer for the model, one call. */
#include "digits.h"
#include "semihosting.h"
#include "picture.h"

static uint8_t g_workspace[TVM_DIGITS_WORKSPACE_BYTES];
static tvm_digits_output_t g_output;

int main(void) {
  TVMContext context;
  TVMInputs_digits inputs = { .image = picture };
  TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&g_output);
  int32_t best = 0, status;

  status = TVMSetWorkspaces(&context, g_workspace);
  if (status == TVM_STATUS_OK) {
    status = TVMExecute_digits(&inputs, &outputs, &context);
  }
  if (status != TVM_STATUS_OK) {
    print(TVMStatusString(status));
    return 2;
  }
  for (int32_t digit = 1; digit < TVM_DIGITS_OUTPUT_PROBABILITIES_ELEMENTS; digit++) {
    if (g_output.probabilities[digit] > g_output.probabilities[best]) {
      best = digit;
    }
  }
  return report(best);
}
