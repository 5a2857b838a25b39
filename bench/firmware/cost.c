/* The cost of TVMExecute above a direct call: the counter reads the ranges between `begin` and `end`, first one without a
 * call between them, then a direct call, then TVMExecute. */
#include "model.h"

static uint8_t workspace[WORKSPACE_BYTES];
static uint8_t x = 41, y;

__attribute__((noinline)) void begin(void) {
    __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
    __asm__ volatile("");
}

int main(void) {
    static struct inputs inputs = {&x};
    static struct outputs outputs = {&y};
    static TVMContext context;
    int32_t failed = TVMSetWorkspaces(&context, workspace);
    begin();
    end();
    begin();
    failed |= model_run(&inputs, &outputs, &context);
    end();
    begin();
    failed |= TVMExecute(&model, &inputs, &outputs, &context);
    end();
    return failed != 0 || y != 42;
}
