/* Each part in its own memory: the workspace in fast RAM, inputs and outputs in large RAM, the model's constants in a
 * part of flash that can be replaced without the program, the context in flash beside the code, where it can't be overwritten. */
#include "digits.h"
#include "semihosting.h"
#include "picture.h"

#define FAST_RAM __attribute__((section(".fast_ram")))
#define LARGE_RAM __attribute__((section(".large_ram")))

FAST_RAM static uint8_t g_workspace[TVM_DIGITS_WORKSPACE_BYTES];
LARGE_RAM static tvm_digits_input_t g_input;
LARGE_RAM static tvm_digits_output_t g_output;

static const TVMContext g_context = TVM_DIGITS_CONTEXT(g_workspace);

/* From the linker script. */
extern const char flash_start, flash_end, model_start, model_end, fast_ram_start, fast_ram_end, large_ram_start, large_ram_end;

static int lies_in(const void *object, uint32_t size, const char *start, const char *end) {
  uintptr_t first = (uintptr_t)object;
  return first >= (uintptr_t)start && first + size <= (uintptr_t)end;
}

int main(void) {
  TVMInputs_digits inputs = TVM_DIGITS_INPUTS(&g_input);
  TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&g_output);
  int32_t best = 0, status;

  if (!lies_in(g_workspace, sizeof g_workspace, &fast_ram_start, &fast_ram_end) ||
      !lies_in(&g_input, sizeof g_input, &large_ram_start, &large_ram_end) ||
      !lies_in(&g_output, sizeof g_output, &large_ram_start, &large_ram_end) ||
      !lies_in(&g_context, sizeof g_context, &flash_start, &flash_end) || &model_start == &model_end) {
    print("something is not where the linker script puts it\n");
    return 2;
  }
  for (uint32_t at = 0; at < sizeof picture; at++) {
    g_input.image[at] = picture[at];
  }
  status = TVMExecute_digits(&inputs, &outputs, &g_context);
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
