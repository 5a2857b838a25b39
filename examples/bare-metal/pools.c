/* Constants of a model in two memories: the most used weights are copied to fast RAM before the first run, the others stay in a flash of
 * their own. The model was compiled with `--constants fast:2K,qspi`; digits_pools.ld, which was generated with it, places the pools. */
#include "digits_pools.h"
#include "semihosting.h"
#include "picture.h"

/* From digits_pools.ld: where the pool is in the image, and where the model reads it. */
extern const uint8_t tvm_digits_pools_fast_load[];
extern uint8_t tvm_digits_pools_fast_start[], tvm_digits_pools_fast_end[];
/* From the linker script. */
extern const uint8_t model_start[], model_end[], fast_ram_start[], fast_ram_end[];

static uint8_t g_workspace[TVM_DIGITS_POOLS_WORKSPACE_BYTES];
static const TVMContext g_context = TVM_DIGITS_POOLS_CONTEXT(g_workspace);

/* Whether a pool is in a memory. */
static int lies_in(size_t pool, const uint8_t *start, const uint8_t *end) {
  const void *data = 0;
  return TVMGetParameter(&digits_pools, &g_context, pool, &data) == TVM_STATUS_OK && (uintptr_t)data >= (uintptr_t)start &&
         (uintptr_t)data + TVMGetParameterSize(&digits_pools, pool) <= (uintptr_t)end;
}

int main(void) {
  static tvm_digits_pools_input_t input;
  static tvm_digits_pools_output_t output;
  TVMInputs_digits_pools inputs = TVM_DIGITS_POOLS_INPUTS(&input);
  TVMOutputs_digits_pools outputs = TVM_DIGITS_POOLS_OUTPUTS(&output);
  const uint8_t *from = tvm_digits_pools_fast_load;
  int32_t best = 0, status;

  if (!lies_in(TVM_DIGITS_POOLS_PARAMETER_FAST_INDEX, fast_ram_start, fast_ram_end) ||
      !lies_in(TVM_DIGITS_POOLS_PARAMETER_QSPI_INDEX, model_start, model_end)) {
    print("a pool is not where the linker script puts it\n");
    return 2;
  }
  for (uint8_t *to = tvm_digits_pools_fast_start; to < tvm_digits_pools_fast_end; to++) {
    *to = *from++;
  }
  for (uint32_t at = 0; at < sizeof picture; at++) {
    input.image[at] = picture[at];
  }
  status = TVMExecute_digits_pools(&inputs, &outputs, &g_context);
  if (status != TVM_STATUS_OK) {
    print(TVMStatusString(status));
    return 2;
  }
  for (int32_t digit = 1; digit < TVM_DIGITS_POOLS_OUTPUT_PROBABILITIES_ELEMENTS; digit++) {
    if (output.probabilities[digit] > output.probabilities[best]) {
      best = digit;
    }
  }
  return report(best);
}
