/* Tests of the kernels of uint8, on bytes that are 128 less, and of resizing: see test_kernels.c. */
#ifndef TVM_EMBEDDED_TEST_TEST_UNSIGNED_H
#define TVM_EMBEDDED_TEST_TEST_UNSIGNED_H

#include "fully_connected_unsigned.h"
#include "memory.h"
#include "reference.h"
#include "resize_bilinear_float.h"
#include "resize_nearest_neighbor.h"

/* The whole number nearest to x / 2^exponent, halves up. */
static int64_t reference_half_up(int64_t x, int32_t exponent) {
    int64_t divisor = (int64_t)1 << exponent, rest = x % divisor, whole = x / divisor;
    if (rest < 0) {
        rest += divisor;
        whole--;
    }
    return whole + (rest >= divisor / 2);
}

static void test_fully_connected_unsigned(void) {
    int32_t batches = between(1, 3), inputs = between(0, 4) ? between(1, 40) : between(100, 1900), units = between(1, 13);
    int32_t zero = between(-128, 127), input_zero = between(-128, 127);
    fill(in, batches * inputs);
    fill_weights(inputs * units);
    tvmk_fully_connected_unsigned_t l;
    memset(&l, 0, sizeof l);
    l.weights_zero = zero, l.zero_point = between(-128, 127), l.low = between(-128, 0), l.high = between(0, 127);
    l.batches = batches, l.inputs = inputs, l.units = units;
    /* The largest sum, of about 2^(7 + 8) for each input, gives a few hundred. */
    l.shift = between(8, 38);
    int32_t most = 1;
    while (most < inputs * 4096) {
        most *= 2;
    }
    l.factor = (((int64_t)1 << l.shift) * between(50, 900) + between(0, 255)) / most;
    if (between(0, 1)) {
        /* A power of two: many products are in the middle of two whole numbers. */
        l.shift = between(8, 38);
        l.factor = (int64_t)1 << (l.shift - between(1, 8));
    }
    int narrow = between(0, 3) == 0;
    l.most = narrow ? between(0, most) : INT32_MAX, l.least = narrow ? -between(0, most) : INT32_MIN;
    for (int32_t c = 0; c < units; c++) {
        int32_t own = between(-most, most);
        bias[c] = own;
        for (int32_t k = 0; k < inputs; k++) {
            bias[c] -= input_zero * (weights[c * inputs + k] - zero);
        }
        for (int32_t b = 0; b < batches; b++) {
            int32_t sum = own;
            for (int32_t k = 0; k < inputs; k++) {
                sum += (weights[c * inputs + k] - zero) * (in[b * inputs + k] - input_zero);
            }
            sum = sum < l.least ? l.least : sum > l.most ? l.most : sum;
            int64_t scaled = reference_half_up(sum * l.factor, l.shift) + l.zero_point;
            int32_t kept = scaled < l.low ? l.low : scaled > l.high ? l.high : (int32_t)scaled;
            expected[b * units + c] = (int8_t)kept;
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ldx%ld to %ld, shift %ld", (long)batches, (long)inputs, (long)units, (long)l.shift);
    l.bias = bias;
    l.weights = at_edge(EDGE_WEIGHTS, weights, inputs * units);
    tvmk_fully_connected_unsigned(&l, at_edge(EDGE_INPUT, in, batches * inputs), out);
    check("fully_connected_unsigned", batches * units, details);
}

enum { SIDE = 12 };
static int16_t rows[2 * SIDE], columns[2 * SIDE];
static float row_fractions[SIDE], column_fractions[SIDE];

/* Fractions are sixteenths, so that floats are exact and whole numbers say what is right. */
static void test_resize_bilinear_unsigned(void) {
    int32_t batches = between(1, 2), ih = between(1, 9), iw = between(1, 9), oh = between(1, SIDE), ow = between(1, SIDE);
    int32_t channels = between(1, 9), size = ih * iw * channels, at = 0;
    fill(in, batches * size);
    for (int32_t i = 0; i < SIDE; i++) {
        rows[2 * i] = (int16_t)between(0, ih - 1), rows[2 * i + 1] = (int16_t)between(0, ih - 1);
        columns[2 * i] = (int16_t)between(0, iw - 1), columns[2 * i + 1] = (int16_t)between(0, iw - 1);
        row_fractions[i] = (float)between(0, 16) / 16.0f, column_fractions[i] = (float)between(0, 16) / 16.0f;
    }
    for (int32_t b = 0; b < batches; b++) {
        for (int32_t y = 0; y < oh; y++) {
            for (int32_t x = 0; x < ow; x++) {
                for (int32_t c = 0; c < channels; c++) {
                    int32_t dy = (int32_t)(row_fractions[y] * 16.0f), dx = (int32_t)(column_fractions[x] * 16.0f), sum = 0;
                    for (int32_t corner = 0; corner < 4; corner++) {
                        int32_t down = corner / 2, right = corner % 2;
                        const int8_t *from = in + b * size + (rows[2 * y + down] * iw + columns[2 * x + right]) * channels;
                        sum += (from[c] + 128) * (down ? dy : 16 - dy) * (right ? dx : 16 - dx);
                    }
                    expected[at++] = (int8_t)(reference_half_up(sum, 8) - 128);
                }
            }
        }
    }
    tvmk_float_resize_bilinear_t l;
    memset(&l, 0, sizeof l);
    l.rows = rows, l.columns = columns, l.row_fractions = row_fractions, l.column_fractions = column_fractions;
    l.batches = batches, l.in_height = ih, l.in_width = iw, l.out_height = oh, l.out_width = ow, l.channels = channels;
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ldx%ldx%ld to %ldx%ld", (long)ih, (long)iw, (long)channels, (long)oh, (long)ow);
    tvmk_float_resize_bilinear_unsigned(&l, at_edge(EDGE_INPUT, in, batches * size), out);
    check("resize_bilinear_unsigned", at, details);
}

/* Bytes of any type. */
static void test_resize_nearest_neighbor(void) {
    int32_t batches = between(1, 2), ih = between(1, 9), iw = between(1, 9), oh = between(1, SIDE), ow = between(1, SIDE);
    int32_t pixel = between(1, 40), size = ih * iw * pixel, at = 0;
    fill(in, batches * size);
    for (int32_t i = 0; i < SIDE; i++) {
        rows[i] = (int16_t)between(0, ih - 1), columns[i] = (int16_t)between(0, iw - 1);
    }
    for (int32_t b = 0; b < batches; b++) {
        for (int32_t y = 0; y < oh; y++) {
            for (int32_t x = 0; x < ow; x++, at += pixel) {
                memcpy(expected + at, in + b * size + (rows[y] * iw + columns[x]) * pixel, (size_t)pixel);
            }
        }
    }
    const tvmk_resize_nearest_neighbor_t l = {rows, columns, batches, ih, iw, oh, ow, pixel};
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ldx%ldx%ld to %ldx%ld", (long)ih, (long)iw, (long)pixel, (long)oh, (long)ow);
    tvmk_resize_nearest_neighbor(&l, at_edge(EDGE_INPUT, in, batches * size), out);
    check("resize_nearest_neighbor", at, details);
}

#endif
