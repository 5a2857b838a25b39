/* Memory of one case on bytes, with guard bytes after what kernels may write. */
#ifndef TVM_EMBEDDED_TEST_MEMORY_H
#define TVM_EMBEDDED_TEST_MEMORY_H

#include <string.h>

#include "chance.h"

static int cases;
enum { IN_MAX = 20000, OUT_MAX = 20000, WEIGHTS_MAX = 60000, CHANNELS_MAX = 80, SCRATCH_MAX = 40000, GUARD = 64 };
static int8_t in[IN_MAX], in2[IN_MAX];
static int8_t out_memory[OUT_MAX + GUARD + 3], expected[OUT_MAX];
static int8_t *out = out_memory; /* any address: the user's tensors have no alignment */
static int8_t moved[IN_MAX + 3];
static int32_t weights_zero; /* zero point of the weights */
static int8_t weights[WEIGHTS_MAX], turned_weights[WEIGHTS_MAX];
static union {
    int8_t bytes[2 * WEIGHTS_MAX];
    int16_t halves[WEIGHTS_MAX];
    int32_t words[WEIGHTS_MAX / 2];
} packed;
static int32_t bias[CHANNELS_MAX], mantissa[CHANNELS_MAX], shift[CHANNELS_MAX], table[3 * CHANNELS_MAX];
static union {
    int32_t words[SCRATCH_MAX / 4];
    uint8_t bytes[SCRATCH_MAX];
} scratch;

static void next_case(void) {
    edge = (edge + 1) % EDGES;
    out = out_memory + between(0, 3);
}
/* The address of this array in a case: at the memory's end if it is this array's turn, otherwise for inputs anywhere. */
static int8_t *at_edge(int which, int8_t *p, int32_t n) {
    if (memory_end != 0 && which == edge) {
        return (int8_t *)memcpy((int8_t *)memory_end - n, p, (size_t)n);
    }
    return which == EDGE_INPUT ? (int8_t *)memcpy(moved + between(0, 3), p, (size_t)n) : p;
}

static void fill(int8_t *p, int32_t n) {
    int32_t kind = between(0, 7);
    for (int32_t i = 0; i < n; i++) {
        p[i] = (int8_t)(kind == 0 ? -128 : kind == 1 ? 127 : kind == 2 ? between(-3, 3) : between(-128, 127));
    }
}
static void fill_weights(int32_t n) {
    int32_t kind = between(0, 5);
    for (int32_t i = 0; i < n; i++) {
        weights[i] = (int8_t)(kind == 0 ? -127 : kind == 1 ? 127 : between(-127, 127));
    }
}

static void check(const char *what, int32_t n, const char *details) {
    cases++;
    for (int32_t i = 0; i < n; i++) {
        if (out[i] != expected[i]) {
            if (failures++ < 10) {
                printf("FAILED %s %s: byte %ld of %ld is %d, not %d\n", what, details, (long)i, (long)n, out[i], expected[i]);
            }
            return;
        }
    }
    for (int32_t i = n; i < n + GUARD; i++) {
        if (out[i] != 85) {
            if (failures++ < 10) {
                printf("FAILED %s %s: byte %ld after the output was written\n", what, details, (long)(i - n));
            }
            return;
        }
    }
}

static char details[300];

#endif
