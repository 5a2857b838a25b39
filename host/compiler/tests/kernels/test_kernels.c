/* Compares every kernel, on the path this compiler and core select, with a plain reference written here from the definitions
 * of TensorFlow Lite's operators, over a grid of shapes and random data. Runs on the host and on emulated boards.
 * Prints one line per kernel; exit status 1 and the first differences if bytes differ. */
#define SEED 12345u

#include "test_convolutions.h"
#include "test_elements.h"
#include "test_products.h"
#include "test_unsigned.h"
#include "test_values.h"

#ifndef ROUNDS
#define ROUNDS 1
#endif

/* Forms of kernels: every seventh case is of the general form. */
static void conv_2d(int i) { test_conv_2d(i % 7 == 0, 0); }
static void conv_2d_int4(int i) { test_conv_2d(i % 7 == 0, 1); }
static void depthwise_conv_2d(int i) { test_depthwise_conv_2d(i % 7 == 0 ? 1 + i % 2 : 0, 0, 0, 0); }
static void depthwise_3x3(void) { test_depthwise_conv_2d(0, 0, 0, 1); }
static void depthwise_lines(void) { test_depthwise_conv_2d(0, 0, 0, 2); }
static void depthwise_offset(int i) {
    test_depthwise_conv_2d(i % 7 == 0, 0, between(0, 1) ? between(1, 127) : between(-128, -1), 0);
}
static void depthwise_int4(int i) { test_depthwise_conv_2d(i % 7 == 0 ? 1 + i % 2 : 0, 1, 0, 0); }
static void fully_connected(int i) { test_fully_connected(i % 7 == 0, 0); }
static void fully_connected_int4(int i) { test_fully_connected(i % 7 == 0, 1); }
static void matrices(int i) { test_matrices(i % 2); }

static void report(const char *what) { printf("%-24s %d cases, %d failures\n", what, cases, failures); }
static void numbered(const char *what, int count, void (*test)(int)) {
    for (int i = 0; i < count * ROUNDS; i++) {
        next_case();
        test(i);
    }
    report(what);
}
static void repeated(const char *what, int count, void (*test)(void)) {
    for (int i = 0; i < count * ROUNDS; i++) {
        next_case();
        test();
    }
    report(what);
}

int main(void) {
#ifdef TRAP_UNALIGNED
    *(volatile uint32_t *)0xE000ED14 |= 8; /* UNALIGN_TRP in the core's CCR */
#endif
    printf("path: %s\n", TVMK_MVE ? "MVE" : TVMK_DSP ? "DSP" : "portable");
    repeated("arithmetic", 20, test_arithmetic);
    numbered("conv_2d", 400, conv_2d);
    numbered("conv_2d_int4", 400, conv_2d_int4);
    repeated("conv_2d_offset", 400, test_conv_2d_offset);
    repeated("conv_2d_winograd", 400, test_conv_2d_winograd);
    numbered("depthwise_conv_2d", 400, depthwise_conv_2d);
    repeated("depthwise_3x3", 1000, depthwise_3x3);
    repeated("depthwise_lines", 500, depthwise_lines);
    numbered("depthwise_offset", 400, depthwise_offset);
    numbered("depthwise_int4", 400, depthwise_int4);
    repeated("depthwise_whole", 100, test_depthwise_whole);
    numbered("fully_connected", 300, fully_connected);
    numbered("fully_connected_int4", 300, fully_connected_int4);
    repeated("fully_connected_unsigned", 300, test_fully_connected_unsigned);
    repeated("resize_bilinear_unsigned", 200, test_resize_bilinear_unsigned);
    repeated("resize_nearest_neighbor", 200, test_resize_nearest_neighbor);
    repeated("unit_sums", 300, test_unit_sums);
    repeated("average_pool_2d", 300, test_average_pool_2d);
    repeated("add", 300, test_add);
    repeated("mul", 300, test_mul);
    repeated("max_pool_2d", 300, test_max_pool_2d);
    repeated("fill", 200, test_fill);
    repeated("move", 400, test_move);
    repeated("softmax", 100, test_softmax);
    test_softmax_without_constants();
    test_clamp_int16();
    report("softmax without constants");
    numbered("matrices", 600, matrices);
    test_div();
    report("div");
    test_gather();
    report("gather");
    puts(failures ? "FAILED" : "PASSED");
    return failures != 0;
}
