/* Models in one program, each run several times between `begin` and `end`: prints a hash of the outputs of each. FIRST and, if there are
 * two, SECOND are the models' names, and FIRST_STATE and SECOND_STATE say which keep state. */
#include <stdint.h>
#include <stdio.h>

__attribute__((noinline)) void begin(void) {
    __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
    __asm__ volatile("");
}

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define RUNS 10

/* FNV-1a over the outputs of all runs. The inputs are pseudo-random. */
#define MODEL_FUNCTION(name, upper, reset)                                                   \
    TVM_##upper##_STATIC_CONTEXT(name##_context);                                            \
    static int32_t run_##name(void) {                                                        \
        static tvm_##name##_input_t input;                                                   \
        static tvm_##name##_output_t output;                                                 \
        const TVMInputs_##name inputs = TVM_##upper##_INPUTS(&input);                        \
        const TVMOutputs_##name outputs = TVM_##upper##_OUTPUTS(&output);                    \
        uint32_t hash = UINT32_C(0x811c9dc5), random = 1;                                    \
        int32_t status = reset(name);                                                        \
        for (int run = 0; run < RUNS && status == 0; ++run) {                                \
            for (size_t at = 0; at < sizeof input; ++at) {                                   \
                random = random * UINT32_C(1664525) + UINT32_C(1013904223);                  \
                ((unsigned char *)&input)[at] = (unsigned char)(random >> 24);               \
            }                                                                                \
            begin();                                                                         \
            status = TVMExecute_##name(&inputs, &outputs, &name##_context);                  \
            end();                                                                           \
            for (size_t at = 0; at < sizeof output; ++at) {                                  \
                hash = (hash ^ ((const unsigned char *)&output)[at]) * UINT32_C(0x01000193); \
            }                                                                                \
        }                                                                                    \
        printf("%08lx\n", (unsigned long)hash);                                              \
        return status;                                                                       \
    }
#define NO_RESET(name) 0
#define RESET(name) TVMReset_##name(&name##_context)

#include "share_models.h"
