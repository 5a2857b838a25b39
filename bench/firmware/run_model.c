/* Runs models on given inputs and compares their outputs with given bytes. It has no information about the models at compile time:
 * everything comes from their descriptors. Several models run in turn, and share the memory of their workspaces. `cargo xtask
 * firmware` writes the files that hold the bytes. */
#include "run_model.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 8 };

static size_t used;

/* The next part of the arena, aligned; stops the program when the arena is full. */
static void *take(size_t size, size_t alignment) {
    size_t start = (used + alignment - 1u) & ~(alignment - 1u);
    if (start > arena_size || size > arena_size - start) {
        printf("the arena of %lu bytes is too small\n", (unsigned long)arena_size);
        return NULL;
    }
    used = start + size;
    return arena + start;
}

__attribute__((noinline)) void begin(void) {
    __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
    __asm__ volatile("");
}

static int find_inputs(const struct sample *sample, const void **in) {
    const struct tensor_bytes *inputs = sample->inputs;
    size_t i;
    for (i = 0; i < TVMGetInputCount(sample->model); i++) {
        int32_t at = TVMFindInput(sample->model, inputs[i].name);
        if (at < 0 || inputs[i].size != TVMGetInputSize(sample->model, (size_t)at)) {
            printf("no input %s of %lu bytes\n", inputs[i].name, (unsigned long)inputs[i].size);
            return 0;
        }
        in[at] = inputs[i].bytes;
    }
    return 1;
}

/* The outputs of one run against the recorded ones. */
static int compare(const struct sample *sample, void *const *out, size_t number) {
    const struct tensor_bytes *outputs = sample->outputs;
    size_t i;
    for (i = 0; i < TVMGetOutputCount(sample->model); i++) {
        int32_t at = TVMFindOutput(sample->model, outputs[i].name);
        if (at < 0 || outputs[i].size != TVMGetOutputSize(sample->model, (size_t)at)) {
            printf("no output %s of %lu bytes\n", outputs[i].name, (unsigned long)outputs[i].size);
            return 2;
        }
        if (memcmp(out[at], outputs[i].bytes + number * outputs[i].size, outputs[i].size) != 0) {
            printf("%s differs from the expected bytes in run %lu\n", outputs[i].name, (unsigned long)number);
            return 1;
        }
    }
    return 0;
}

static int run(const struct sample *sample) {
    const TVMModel *model = sample->model;
    const void *in[MOST] = {0};
    void *out[MOST] = {0};
    void *workspaces[MOST] = {0};
    TVMContext context;
    int32_t status = TVM_STATUS_OK;
    size_t i, number;

    used = 0;
    if (TVMGetInputCount(model) > MOST || TVMGetOutputCount(model) > MOST || TVMGetWorkspaceCount(model) > MOST) {
        printf("more tensors or workspaces than this program supports\n");
        return 2;
    }
    for (i = 0; i < TVMGetWorkspaceCount(model); i++) {
        size_t size = TVMGetWorkspaceSize(model, i);
        /* Aligned to a byte: the library aligns inside. */
        status |= TVMSetWorkspace(model, workspaces, i, take(size, 1), size);
    }
    status |= TVMSetWorkspaceTable(&context, workspaces, sizeof workspaces);
    if (!find_inputs(sample, in)) {
        return 2;
    }
    for (i = 0; i < TVMGetOutputCount(model); i++) {
        out[i] = take(TVMGetOutputSize(model, i), TVMGetOutputAlignment(model, i));
        if (out[i] == NULL) {
            return 2;
        }
    }
    if (status != TVM_STATUS_OK) {
        printf("setting up the context failed\n");
        return 2;
    }
    /* A model with state starts again; any other has nothing to reset. */
    status = TVMReset(model, &context);
    if (status != TVM_STATUS_OK) {
        printf("TVMReset: %s\n", TVMStatusString(status));
        return 2;
    }
    for (number = 0; number < sample->runs; number++) {
        begin();
        status = TVMExecute(model, in, out, &context);
        end();
        if (status != TVM_STATUS_OK) {
            printf("TVMExecute: %s\n", TVMStatusString(status));
            return 2;
        }
        status = compare(sample, out, number);
        if (status != 0) {
            return (int)status;
        }
        for (i = 0; i < TVMGetInputCount(model); i++) {
            in[i] = (const uint8_t *)in[i] + TVMGetInputSize(model, i);
        }
    }
    return 0;
}

int main(void) {
    unsigned round;
    size_t i;
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < sample_count; i++) {
            int failed = run(samples[i]);
            if (failed != 0) {
                printf("in round %u, model %s\n", round, TVMGetModelName(samples[i]->model));
                return failed;
            }
        }
    }
    return 0;
}
