/* The cost of hooks and steps: a plain run; with HOOKS, one with hooks that do nothing; with STEPS, a step that runs nothing,
 * between `begin` and `end`. */
#include "digits.h"

__attribute__((noinline)) void begin(void) {
    __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
    __asm__ volatile("");
}

TVM_DIGITS_STATIC_CONTEXT(context);

#ifdef HOOKS
__attribute__((noinline)) int32_t empty_hook(void *user, const TVMLayer *layer) {
    (void)user;
    (void)layer;
    return 0;
}
#endif

int main(void) {
    static tvm_digits_input_t input;
    static tvm_digits_output_t output;
    static TVMInputs_digits inputs = TVM_DIGITS_INPUTS(&input);
    static TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&output);
    int32_t failed = TVMExecute_digits(&inputs, &outputs, &context);
#ifdef HOOKS
    static const TVMLayerHooks hooks = {empty_hook, empty_hook, 0};
    failed |= TVMExecuteLayers_digits(&inputs, &outputs, &context, &hooks);
#endif
#ifdef STEPS
    static TVMRun run;
    failed |= TVMBegin_digits(&run, &inputs, &outputs, &context, 0);
    begin();
    failed |= TVMStep_digits(&run, 0) != TVM_STATUS_UNFINISHED;
    end();
#endif
    return failed != 0;
}
