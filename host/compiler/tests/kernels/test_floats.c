/* Prints a checksum of the float32 kernels' results for ordinary and special numbers. It must be the same on every core,
 * with every compiler, under all flags: no flag here forbids fusing products and sums. */
#include <stdio.h>

#include "batch_matmul_hybrid.h"
#include "float_math.h"
#include "float_nn.h"
#include "float_unary.h"
#include "float_weighted.h"
#include "gather_table.h"
#include "hybrid_weighted.h"
#include "logistic_float.h"
#include "max_pool_2d_float.h"
#include "maximum_minimum_float.h"
#include "mean_float.h"
#include "mul_float.h"
#include "quantize_float.h"
#include "softmax_float.h"
#include "sub_float.h"
#include "unidirectional_sequence_lstm_hybrid.h"

enum { HEIGHT = 5, WIDTH = 6, CHANNELS = 8, COUNT = HEIGHT * WIDTH * CHANNELS };

static uint32_t checksum = UINT32_C(2166136261);
static uint32_t state = UINT32_C(0x2545f491);
static float a[COUNT], b[COUNT], out[COUNT], weights[9 * CHANNELS * CHANNELS], bias[2 * CHANNELS];
static int8_t bytes[COUNT];

static void add_to_checksum(const void *data, size_t size) {
    const uint8_t *p = (const uint8_t *)data;
    while (size-- > 0) {
        checksum = (checksum ^ *p++) * UINT32_C(16777619);
    }
}

static uint32_t draw(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* 0: like activations; 1: tiny, below the smallest normal number and above; 2: any bits, often NaN or infinite. */
static float number(int kind) {
    uint32_t bits = draw();
    if (kind == 0) {
        return (float)((int32_t)bits >> 8) * (draw() & 1u ? 0x1p-20f : 0x1.6p-24f);
    }
    if (kind == 1) {
        return tvmk_float_of_bits(bits & UINT32_C(0x81ffffff));
    }
    return tvmk_float_of_bits(draw() & 7u ? bits : bits | TVMK_FLOAT_INFINITY);
}

static void fill(float *p, int32_t count, int kind) {
    while (count-- > 0) {
        *p++ = number(kind);
    }
}

static void outputs(void) { add_to_checksum(out, sizeof out); }

static void functions(void) {
    for (int32_t i = 0; i < 6000; i++) {
        float x = number(i % 3);
        float y[] = {tvmk_exp(x),   tvmk_expm1(x), tvmk_log(x),  tvmk_tanh(x),           tvmk_sin(x), tvmk_cos(x), tvmk_sqrt(x),
                     tvmk_rsqrt(x), tvmk_floor(x), tvmk_ceil(x), tvmk_round_half_even(x)};
        add_to_checksum(y, sizeof y);
    }
}

static void windows(void) {
    tvmk_float_window_t l = {weights,  bias,     -FLT_MAX, FLT_MAX, 1, HEIGHT, WIDTH, CHANNELS, HEIGHT, WIDTH, CHANNELS,
                             CHANNELS, CHANNELS, 3,        3,       1, 1,      1,     1,        1,      1};
    const tvmk_float_pool_t average = {1, HEIGHT, WIDTH, CHANNELS, HEIGHT, WIDTH, 3, 3, 1, 1, 1, 1};
    const tvmk_max_pool_2d_t largest = {1, HEIGHT, WIDTH, CHANNELS, HEIGHT, WIDTH, 3, 3, 1, 1, 1, 1};
    const tvmk_reduce_t mean = {{1, 1, CHANNELS}, {0, 0, 1}, {1, 1, HEIGHT * WIDTH}, {0, 0, CHANNELS}};
    tvmk_float_conv_2d(&l, a, out);
    outputs();
    l.bias = 0;
    l.low = 0.0f;
    l.high = 6.0f;
    tvmk_float_depthwise_conv_2d(&l, a, out);
    outputs();
    tvmk_float_average_pool_2d(&average, a, out, -FLT_MAX, FLT_MAX);
    outputs();
    tvmk_float_max_pool_2d(&largest, a, out, 0.0f, FLT_MAX);
    outputs();
    tvmk_float_mean(&mean, a, out, (float)(HEIGHT * WIDTH));
    outputs();
}

static void elements(void) {
    const tvmk_broadcast_t s = {
        {1, HEIGHT, WIDTH, CHANNELS}, {COUNT, WIDTH * CHANNELS, CHANNELS, 1}, {COUNT, WIDTH * CHANNELS, CHANNELS, 1}};
    tvmk_float_add(&s, a, b, out, -FLT_MAX, FLT_MAX);
    outputs();
    tvmk_float_sub(&s, a, b, out, -1.0f, 1.0f);
    outputs();
    tvmk_float_mul(&s, a, b, out, -FLT_MAX, FLT_MAX);
    outputs();
    tvmk_maximum_float(&s, a, b, out);
    outputs();
    tvmk_minimum_float(&s, a, b, out);
    outputs();
    tvmk_float_relu(a, out, COUNT);
    outputs();
    tvmk_float_relu6(a, out, COUNT);
    outputs();
    tvmk_float_leaky_relu(a, out, COUNT, 0.1f);
    outputs();
    tvmk_float_hard_swish(a, out, COUNT);
    outputs();
    tvmk_float_logistic(a, out, COUNT);
    outputs();
    tvmk_float_softmax(a, out, COUNT / CHANNELS, CHANNELS, 0.7f);
    outputs();
    tvmk_quantize_int8(a, bytes, COUNT, 0.37f, -3);
    add_to_checksum(bytes, sizeof bytes);
    tvmk_dequantize_int8(bytes, out, COUNT, 0.3f, 5);
    outputs();
}

enum { UNITS = 4, DEPTH = 12, ROWS = 4 * UNITS, TAPS = 9 * CHANNELS };

/* Rows in pairs of an even number of elements, as the compiler packs them for the DSP extension; otherwise as they are. */
static const void *packed(const int8_t *rows, int32_t count, int32_t depth) {
#if TVMK_DSP
    static int16_t pairs[CHANNELS * TAPS];
    int16_t *to = pairs;
    for (int32_t row = 0; row < count; row += 2, rows += 2 * depth) {
        for (int32_t i = 0; i < depth; i++) {
            /* Of four, those at odd places come last. */
            int32_t left = depth - i / 4 * 4, at = left > 2 ? i / 4 * 4 + i % 4 * 2 % 4 + i % 4 / 2 : i;
            at = left == 3 && i % 4 == 2 ? i - 1 : at;
            *to++ = (int16_t)(rows[at] + 256 * rows[depth + at]);
        }
        if (depth % 2 != 0) {
            *to++ = 0;
        }
    }
    return pairs;
#else
    (void)count, (void)depth;
    return rows;
#endif
}

/* The same of images: a window with a border, one without, and groups of channels. */
static void hybrid_windows(int32_t asymmetric, int32_t ordinary) {
    static const float scales[] = {0.013f, 0.0007f, 0.11f, 0.0451f, 0.02f, 0.3f, 0.0091f, 0.5f};
    static int8_t rows[CHANNELS * TAPS];
    static union {
        float aligned;
        uint8_t bytes[TVMK_HYBRID_WINDOW_SCRATCH(COUNT, TAPS)];
    } scratch;
    int32_t totals[CHANNELS] = {0};
    tvmk_hybrid_t to = {scales, NULL, -1, asymmetric, asymmetric, 0, TVMK_HYBRID_WITHIN, ordinary, -0.5f, 2.5f};
    for (int32_t i = 0; i < CHANNELS * TAPS; i++) {
        rows[i] = (int8_t)(draw() % 255 - 127);
        totals[i / TAPS] += rows[i];
    }
    tvmk_hybrid_window_t l = {
        to, {rows, 1, 0, NULL, 0}, 1, HEIGHT, WIDTH, CHANNELS, HEIGHT, WIDTH, CHANNELS, CHANNELS, CHANNELS, 3, 3, 1, 1, 1, 1, 1,
        1};
    tvmk_hybrid_depthwise_conv_2d(&l, a, bias, out, scratch.bytes);
    outputs();
    l.to.totals = asymmetric ? totals : NULL;
    l.rows.packed = 1, l.rows.weights = packed(rows, CHANNELS, TAPS), l.rows.inputs = TAPS;
    tvmk_hybrid_conv_2d(&l, a, bias, out, scratch.bytes);
    outputs();
    l.pad_left = l.pad_top = 0, l.out_height = HEIGHT - 2, l.out_width = WIDTH - 2, l.out_channels = l.group_out = CHANNELS - 1;
    tvmk_hybrid_conv_2d(&l, a, bias, out, scratch.bytes);
    outputs();
    /* Two groups of three channels from one, of which three are used: sums of weights are those of the first rows. */
    l.in_channels = 2, l.group_in = 1, l.out_channels = 6, l.group_out = 3, l.dilation_width = 2, l.out_width = WIDTH - 4;
    l.rows.weights = packed(rows, CHANNELS, 9), l.rows.inputs = 9;
    tvmk_hybrid_conv_2d(&l, a, bias, out, scratch.bytes);
    outputs();
}

/* Weights of int8 with float32: how rows are quantised, and what becomes of their sums. */
static void hybrid(void) {
    static const float scales[] = {0.013f, 0.0007f, 0.11f, 0.0451f};
    static int8_t rows[ROWS * DEPTH];
    static uint16_t halves[ROWS * DEPTH];
    static float hidden[UNITS], cell[UNITS];
    static union {
        float aligned[ROWS + DEPTH];
        uint8_t bytes[4 * (ROWS + DEPTH)];
    } scratch;
    int32_t totals[ROWS] = {0};
    for (int32_t i = 0; i < ROWS * DEPTH; i++) {
        rows[i] = (int8_t)(draw() % 255 - 127);
        halves[i] = (uint16_t)draw();
        totals[i / DEPTH] += rows[i];
    }
    const int32_t positions[] = {3, 0, 3};
    for (int32_t asymmetric = 0; asymmetric < 2; asymmetric++) {
        const int32_t *of = asymmetric ? totals : NULL;
        tvmk_hybrid_t to = {scales, of, 3, asymmetric, 0, 0, TVMK_HYBRID_FREE, 1, 0.0f, 0.0f};
        const tvmk_hybrid_rows_t dense = {to, {rows, DEPTH, 0, NULL, 0}, COUNT / DEPTH, UNITS};
        tvmk_hybrid_rows(&dense, a, bias, out, scratch.bytes);
        outputs();
        /* A NaN whose sign is set. */
        const float kept = a[DEPTH + 2];
        a[DEPTH + 2] = tvmk_float_of_bits(UINT32_C(0xffc00000));
        tvmk_hybrid_rows(&dense, a, bias, out, scratch.bytes);
        outputs();
        a[DEPTH + 2] = kept;
        const tvmk_hybrid_lstm_t lstm = {
            to,        to, {rows, CHANNELS, 0, NULL, 0}, {rows, UNITS, 0, NULL, 0}, bias, 0.7f, UNITS, 1, 9, {0, CHANNELS},
            {0, UNITS}};
        tvmk_hybrid_lstm(&lstm, a, out, hidden, cell, scratch.bytes);
        outputs();
        to.float_offset = asymmetric;
        const tvmk_hybrid_matrix_t matrix = {to, {rows, DEPTH, 0, NULL, 0}, 5, UNITS, 1, 5};
        tvmk_hybrid_matrix(&matrix, a, 1, out, scratch.bytes);
        outputs();
        hybrid_windows(asymmetric, 0);
        hybrid_windows(asymmetric, 1);
    }
    tvmk_gather_table_t table = {{1, 1, ROWS, 3, DEPTH}, halves, NULL, 0};
    tvmk_gather_half(&table, positions, out);
    outputs();
    table.weights = rows, table.scales = scales, table.scale_step = 1;
    tvmk_gather_byte(&table, positions, out);
    tvmk_gather_nibble(&table, positions, out + 3 * DEPTH);
    outputs();
}

int main(void) {
    functions();
    for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < 4; i++) {
            fill(a, COUNT, kind);
            fill(b, COUNT, kind);
            fill(weights, (int32_t)(sizeof weights / sizeof *weights), i == 0 ? kind : 0);
            fill(bias, CHANNELS, 0);
            windows();
            elements();
            if (kind == 0) {
                fill(bias, ROWS, 0);
                hybrid();
            }
        }
    }
    printf("floats: %08lx\n", (unsigned long)checksum);
    return 0;
}
