/* A minimal program: gives the model its workspace and runs it. The part of the runtime that it links is the minimum cost. */
#include "model.h"

static uint8_t workspace[WORKSPACE_BYTES];
static uint8_t x, y;

int main(void) {
    struct inputs inputs = {&x};
    struct outputs outputs = {&y};
    TVMContext context;
    TVMSetWorkspaces(&context, workspace);
    return (int)TVMExecute(&model, &inputs, &outputs, &context);
}
