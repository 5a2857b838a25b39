/* Pools, arithmetic of elements, and moves. */
#ifndef TVM_EMBEDDED_TEST_TEST_ELEMENTS_H
#define TVM_EMBEDDED_TEST_TEST_ELEMENTS_H

#include "add.h"
#include "average_pool_2d.h"
#include "max_pool_2d.h"
#include "move.h"
#include "mul.h"
#include "reference.h"
#include "windows.h"

static void test_average_pool_2d(void) {
    geometry_t g;
    if (!geometry(&g) || g.dh != 1 || g.dw != 1) {
        return;
    }
    if (between(0, 3) == 0) {
        g.kh = g.ih, g.kw = g.iw, g.oh = g.ow = 1, g.pt = g.pl = 0;
    }
    g.oc = g.ic;
    int32_t batches = between(1, 2);
    fill(in, batches * g.ih * g.iw * g.ic);
    tvmk_average_pool_2d_t l;
    memset(&l, 0, sizeof l);
    l.batches = (uint16_t)batches;
    l.in_height = (uint16_t)g.ih, l.in_width = (uint16_t)g.iw, l.channels = (uint16_t)g.ic;
    l.out_height = (uint16_t)g.oh, l.out_width = (uint16_t)g.ow;
    l.window_height = (uint16_t)g.kh, l.window_width = (uint16_t)g.kw;
    l.stride_height = (uint16_t)g.sh, l.stride_width = (uint16_t)g.sw;
    l.pad_top = (uint16_t)g.pt, l.pad_left = (uint16_t)g.pl;
    l.low = (int8_t)(between(0, 1) ? -128 : between(-128, 0)), l.high = (int8_t)(between(0, 1) ? 127 : between(0, 127));
    int32_t n = 0, up = between(0, 1);
    for (int32_t b = 0; b < batches; b++) {
        for (int32_t oy = 0; oy < g.oh; oy++) {
            for (int32_t ox = 0; ox < g.ow; ox++) {
                for (int32_t c = 0; c < g.ic; c++) {
                    int32_t sum = 0, count = 0;
                    for (int32_t ky = 0; ky < g.kh; ky++) {
                        for (int32_t kx = 0; kx < g.kw; kx++) {
                            int32_t y = oy * g.sh - g.pt + ky, x = ox * g.sw - g.pl + kx;
                            if (y >= 0 && y < g.ih && x >= 0 && x < g.iw) {
                                sum += in[((b * g.ih + y) * g.iw + x) * g.ic + c];
                                count++;
                            }
                        }
                    }
                    /* As uint8 the sum is never negative. */
                    int32_t whole = sum + 128 * count;
                    sum = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                    sum = up ? (whole + count / 2) / count - 128 : sum;
                    expected[n++] = reference_clamp(sum, l.low, l.high);
                }
            }
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, batches);
    (up ? tvmk_average_pool_2d_up : tvmk_average_pool_2d)(&l, at_edge(EDGE_INPUT, in, batches * g.ih * g.iw * g.ic), out);
    check("average_pool_2d", n, details);
}

static void test_max_pool_2d(void) {
    geometry_t g;
    int32_t batches = between(1, 2);
    if (!geometry(&g) || g.dh != 1 || g.dw != 1) {
        return;
    }
    g.oc = g.ic;
    fill(in, batches * g.ih * g.iw * g.ic);
    const tvmk_max_pool_2d_t l = {(uint16_t)batches, (uint16_t)g.ih, (uint16_t)g.iw, (uint16_t)g.ic,
                                  (uint16_t)g.oh,    (uint16_t)g.ow, (uint16_t)g.kh, (uint16_t)g.kw,
                                  (uint16_t)g.sh,    (uint16_t)g.sw, (uint16_t)g.pt, (uint16_t)g.pl};
    int32_t low = between(0, 1) ? -128 : between(-128, 0), high = between(0, 1) ? 127 : between(0, 127), n = 0;
    for (int32_t b = 0; b < batches; b++) {
        for (int32_t oy = 0; oy < g.oh; oy++) {
            for (int32_t ox = 0; ox < g.ow; ox++) {
                for (int32_t c = 0; c < g.ic; c++) {
                    int32_t largest = -128;
                    for (int32_t ky = 0; ky < g.kh; ky++) {
                        for (int32_t kx = 0; kx < g.kw; kx++) {
                            int32_t y = oy * g.sh - g.pt + ky, x = ox * g.sw - g.pl + kx;
                            if (y >= 0 && y < g.ih && x >= 0 && x < g.iw) {
                                int32_t value = in[((b * g.ih + y) * g.iw + x) * g.ic + c];
                                largest = value > largest ? value : largest;
                            }
                        }
                    }
                    expected[n++] = reference_clamp(largest, low, high);
                }
            }
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, batches);
    tvmk_max_pool_2d(&l, at_edge(EDGE_INPUT, in, batches * g.ih * g.iw * g.ic), out, low, high);
    check("max_pool_2d", n, details);
}

static void test_add(void) {
    tvmk_add_t l;
    memset(&l, 0, sizeof l);
    l.shift2 = (int8_t)between(0, 5);
    l.mantissa2 = l.shift2 ? (1 << 30) + any() % (1 << 30) : 1 << 30;
    l.mantissa_out = (1 << 30) + any() % (1 << 30), l.shift_out = (int8_t)between(16, 20);
    l.zero_point1 = (int16_t)between(-128, 127), l.zero_point2 = (int16_t)between(-128, 127);
    l.zero_point_out = (int16_t)between(-128, 127);
    l.low = (int8_t)(between(0, 1) ? -128 : between(-128, 0)), l.high = (int8_t)(between(0, 1) ? 127 : between(0, 127));
    tvmk_broadcast_t s = {{between(1, 2), between(1, 3), between(1, 4), between(1, 9)}, {0}, {0}};
    int broadcast = between(0, 1);
    int32_t step1 = 1, step2 = 1;
    for (int i = 3; i >= 0; i--) {
        int repeat = broadcast ? between(0, 4) : 2;
        s.step1[i] = repeat == 0 ? 0 : step1, s.step2[i] = repeat == 1 ? 0 : step2;
        step1 *= repeat == 0 ? 1 : s.shape[i], step2 *= repeat == 1 ? 1 : s.shape[i];
    }
    fill(in, step1);
    fill(in2, step2);
    int32_t n = 0;
    for (int32_t i = 0; i < s.shape[0]; i++) {
        for (int32_t j = 0; j < s.shape[1]; j++) {
            for (int32_t k = 0; k < s.shape[2]; k++) {
                for (int32_t c = 0; c < s.shape[3]; c++) {
                    int32_t x1 = in[i * s.step1[0] + j * s.step1[1] + k * s.step1[2] + c * s.step1[3]] - l.zero_point1;
                    int32_t x2 = in2[i * s.step2[0] + j * s.step2[1] + k * s.step2[2] + c * s.step2[3]] - l.zero_point2;
                    int32_t sum = reference_multiply(x1 * (1 << 20), 1 << 30, 0) +
                                  reference_multiply(x2 * (1 << 20), l.mantissa2, -l.shift2);
                    sum = reference_multiply(sum, l.mantissa_out, -l.shift_out) + l.zero_point_out;
                    expected[n++] = reference_clamp(sum, l.low, l.high);
                }
            }
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ld elements, broadcast %d", (long)n, broadcast);
    const int8_t *first = at_edge(EDGE_INPUT, in, step1), *second = at_edge(EDGE_WEIGHTS, in2, step2);
    if (broadcast) {
        tvmk_add_broadcast(&l, &s, first, second, out);
        check("add", n, details);
        memset(out, 85, OUT_MAX + GUARD);
        tvmk_add_general(&l, &s, first, second, out);
    } else {
        tvmk_add(&l, first, second, out, n);
    }
    check("add", n, details);
}

static void test_mul(void) {
    tvmk_mul_t l;
    memset(&l, 0, sizeof l);
    l.mantissa = (1 << 30) + any() % (1 << 30);
    int general = between(0, 3) == 0;
    l.shift = general ? between(-31, 14) : -between(1, 22);
    l.zero_point1 = (int16_t)between(-128, 127), l.zero_point2 = (int16_t)between(-128, 127);
    l.zero_point_out = (int16_t)between(-128, 127);
    l.low = (int8_t)(between(0, 1) ? -128 : between(-128, 0)), l.high = (int8_t)(between(0, 1) ? 127 : between(0, 127));
    tvmk_broadcast_t s = {{between(1, 2), between(1, 3), between(1, 4), between(1, 19)}, {0}, {0}};
    int32_t step1 = 1, step2 = 1;
    for (int i = 3; i >= 0; i--) {
        int repeat = between(0, 4);
        s.step1[i] = repeat == 0 ? 0 : step1, s.step2[i] = repeat == 1 ? 0 : step2;
        step1 *= repeat == 0 ? 1 : s.shape[i], step2 *= repeat == 1 ? 1 : s.shape[i];
    }
    fill(in, step1);
    fill(in2, step2);
    int32_t n = 0;
    for (int32_t i = 0; i < s.shape[0]; i++) {
        for (int32_t j = 0; j < s.shape[1]; j++) {
            for (int32_t k = 0; k < s.shape[2]; k++) {
                for (int32_t c = 0; c < s.shape[3]; c++) {
                    int32_t x = in[i * s.step1[0] + j * s.step1[1] + k * s.step1[2] + c * s.step1[3]] - l.zero_point1;
                    int32_t y = in2[i * s.step2[0] + j * s.step2[1] + k * s.step2[2] + c * s.step2[3]] - l.zero_point2;
                    int32_t product = reference_multiply(x * y, l.mantissa, l.shift) + l.zero_point_out;
                    expected[n++] = reference_clamp(product, l.low, l.high);
                }
            }
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ld elements, general %d", (long)n, general);
    (general ? tvmk_mul_general : tvmk_mul)(&l, &s, at_edge(EDGE_INPUT, in, step1), at_edge(EDGE_WEIGHTS, in2, step2), out);
    check("mul", n, details);
}

/* Blocks of all lengths, in loops of any order, from steps of either sign. */
static void test_move(void) {
    tvmk_move_t l;
    memset(&l, 0, sizeof l);
    int32_t bytes = l.block = between(0, 1) ? between(1, 12) : between(1, 80), order[5] = {0, 1, 2, 3, 4};
    for (int i = 4; i >= 0; i--) {
        int other = (int)between(0, i), kept = (int)order[i];
        order[i] = order[other], order[other] = kept;
        l.count[i] = between(0, 2) ? between(1, 3) : between(1, 9);
    }
    int32_t from = l.block, to = l.block, first = 0;
    for (int i = 0; i < 5; i++) {
        int in_level = (int)order[i], out_level = 4 - i;
        l.in_step[in_level] = from, from *= l.count[in_level];
        l.out_step[out_level] = to, to *= l.count[out_level];
        bytes *= l.count[i];
    }
    if (bytes > IN_MAX / 2) {
        return;
    }
    int32_t gap = between(0, 1) * between(1, 5), level = between(0, 4);
    if (order[4] == level && l.count[level] * gap < IN_MAX / 2) { /* outermost in the input */
        l.in_step[level] += gap, from += gap * (l.count[level] - 1);
    }
    if (between(0, 1)) {
        first = l.in_step[level] * (l.count[level] - 1), l.in_step[level] = -l.in_step[level];
    }
    fill(in, from);
    for (int32_t n = 0; n < bytes / l.block; n++) {
        int32_t rest = n, source = first, place = 0;
        for (int i = 4; i >= 0; i--) {
            source += rest % l.count[i] * l.in_step[i], place += rest % l.count[i] * l.out_step[i];
            rest /= l.count[i];
        }
        memcpy(expected + place, in + source, (size_t)l.block);
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ld bytes in blocks of %ld", (long)bytes, (long)l.block);
    tvmk_move(&l, at_edge(EDGE_INPUT, in, from) + first, out);
    check("move", bytes, details);
}

/* Filled memory at every address, and nothing written around it. */
static void test_fill(void) {
    int32_t before = between(0, 9), n = between(0, 40);
    memset(expected, 85, (size_t)(before + n + 9));
    memset(out, 85, OUT_MAX + GUARD);
    memset(expected + before, -7, (size_t)n);
    tvmk_fill(out + before, -7, n);
    check("fill", before + n + 9, "");
}

#endif
