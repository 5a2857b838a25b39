/* The arithmetic of base.h, SOFTMAX, and operators that may fail: DIV, GATHER and GATHER_ND. */
#ifndef TVM_EMBEDDED_TEST_TEST_VALUES_H
#define TVM_EMBEDDED_TEST_TEST_VALUES_H

#include "base.h"
#include "div.h"
#include "gather.h"
#include "gather_nd.h"
#include "memory.h"
#include "reference.h"
#include "softmax.h"

/* Softmax against the real function: within one step of 1/256 for exact exponentials. Bytes are compared with the reference
 * interpreter by the oracle tests. */
static void test_softmax(void) {
    static int32_t exponentials[256];
    double step = 0.92; /* exp(-scale) */
    double value = 1.0;
    for (int i = 0; i < 256; i++, value *= step) {
        exponentials[i] = (int32_t)(value * 2147483647.0);
    }
    tvmk_softmax_t l = {exponentials, 256, 1, between(1, 40)};
    fill(in, l.depth);
    memset(out, 85, OUT_MAX + GUARD);
    tvmk_softmax(&l, in, out);
    int32_t largest = -128;
    for (int32_t i = 0; i < l.depth; i++) {
        largest = in[i] > largest ? in[i] : largest;
    }
    double sum = 0;
    for (int32_t i = 0; i < l.depth; i++) {
        sum += exponentials[largest - in[i]];
    }
    for (int32_t i = 0; i < l.depth; i++) {
        double real = 256.0 * exponentials[largest - in[i]] / sum - 128.0;
        double difference = out[i] - real;
        expected[i] = out[i];
        if ((difference > 1.0 || difference < -1.0) && failures++ < 10) {
            printf("FAILED softmax of %ld: element %ld is %d, not %d/1000\n", (long)l.depth, (long)i, out[i],
                   (int)(1000 * real));
        }
    }
    check("softmax", l.depth, "");
}

/* Constants that are not there, as of a pool in erased or cleared memory: the result is defined, for the sanitizers; of zeros it is the
 * lowest value. */
static void test_softmax_without_constants(void) {
    static int32_t exponentials[256];
    static int16_t wide[8];
    const int32_t contents[] = {-1, INT32_MIN, INT32_MAX, 0};
    tvmk_softmax_t l = {exponentials, 256, 1, 8};
    for (size_t c = 0; c < sizeof contents / sizeof *contents; c++) {
        for (int i = 0; i < 256; i++) {
            exponentials[i] = contents[c];
        }
        fill(in, l.depth);
        tvmk_softmax(&l, in, out);
        tvmk_softmax_int16(&l, in, wide);
    }
    for (int32_t i = 0; i < l.depth; i++) {
        if ((out[i] != -128 || wide[i] != -32768) && failures++ < 10) {
            printf("FAILED softmax without constants: element %ld is %d and %d\n", (long)i, out[i], wide[i]);
        }
    }
}

/* The identities of base.h over random and extreme numbers. */
static void test_arithmetic(void) {
    static const int32_t extremes[] = {0,       1,          -1,           2, -2, INT32_MAX, INT32_MIN, INT32_MIN + 1,
                                       1 << 30, -(1 << 30), (1 << 30) - 1};
    int32_t numbers[24];
    memcpy(numbers, extremes, sizeof extremes);
    for (int i = (int)(sizeof extremes / sizeof *extremes); i < 24; i++) {
        numbers[i] = (int32_t)((uint32_t)any() << 1) >> between(0, 24);
    }
    for (int i = 0; i < 24; i++) {
        for (int j = 0; j < 24; j++) {
            int32_t a = numbers[i], b = numbers[j];
            cases++;
            if (!(a == INT32_MIN && b == INT32_MIN) && tvmk_high_mul(a, b) != reference_high_mul(a, b) && failures++ < 10) {
                printf("FAILED high_mul(%ld, %ld)\n", (long)a, (long)b);
            }
        }
        for (int e = 0; e < 32; e++) {
            cases++;
            if (tvmk_divide_by_pot(numbers[i], e) != reference_divide(numbers[i], e) && failures++ < 10) {
                printf("FAILED divide_by_pot(%ld, %d)\n", (long)numbers[i], e);
            }
        }
        for (int e = 1; e < 22; e++) {
            int32_t folded = between(-(1 << 24), 1 << 24);
            int32_t m = (1 << 30) + any() % (1 << 30), zero_point = between(-128, 127);
            /* Inside the compiler's proof: |2 * (sum + bias)| below 2^31 and the sum before the shift in range. */
            int32_t sum = between(0, 2) ? numbers[i] >> 3 : between(-40, 40) - folded;
            int32_t channel[2] = {m, (int32_t)((uint32_t)(2 * folded) << 5) | (e - 1)};
            cases++;
            int32_t want = reference_multiply(sum + folded, m, -e) + zero_point;
            if (tvmk_requantize_short(sum, channel, zero_point) != want && failures++ < 10) {
                printf("FAILED requantize_short(%ld + %ld, %ld, %d)\n", (long)sum, (long)folded, (long)m, e);
            }
        }
    }
}

/* Round the limits of int16, and far beyond them. */
static void test_clamp_int16(void) {
    static const int32_t middles[] = {0, INT16_MIN, INT16_MAX, -(INT32_C(1) << 16), INT32_C(1) << 16, INT32_MIN + 2, INT32_MAX - 2};
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        for (int32_t x = middles[i] - 2; x < middles[i] + 2; x++) {
            cases++;
            if (tvmk_clamp_int16(x) != tvmk_clamp(x, INT16_MIN, INT16_MAX) && failures++ < 10) {
                printf("FAILED clamp_int16(%ld)\n", (long)x);
            }
        }
    }
}

/* Quotients that don't exist: the status reports them, the others are computed. */
static void test_div(void) {
    static const struct {
        int32_t x, y, quotient, status;
    } rows[] = {{7, 2, 3, 0}, {-7, 2, -3, 0}, {7, 0, 0, -1}, {INT32_MIN, -1, 0, -1}, {INT32_MIN, 1, INT32_MIN, 0}};
    static const tvmk_broadcast_t shapes = {.shape = {1, 1, 1, 3}, .step1 = {0, 0, 0, 1}, .step2 = {0, 0, 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int32_t x[3] = {9, rows[i].x, -9}, y[3] = {2, rows[i].y, 2};
        int32_t out[3] = {1, 1, 1};
        int32_t status = tvmk_div(&shapes, x, y, out, INT32_MIN, INT32_MAX);
        cases++;
        if ((status != rows[i].status || out[0] != 4 || out[1] != rows[i].quotient || out[2] != -4) && failures++ < 10) {
            printf("FAILED div %ld / %ld: status %ld\n", (long)rows[i].x, (long)rows[i].y, (long)status);
        }
    }
}

/* Positions outside the input: the status reports them, and only the elements before them are written. */
static void test_gather(void) {
    static const int32_t bad[] = {-1, 3, INT32_MAX, INT32_MIN};
    static const int8_t table[6] = {1, 2, 3, 4, 5, 6};
    static const tvmk_gather_t pairs = {.batches = 1, .outer = 1, .length = 3, .count = 3, .block = 2};
    static const tvmk_gather_t bytes = {.batches = 1, .outer = 1, .length = 3, .count = 3, .block = 1};
    static const tvmk_gather_nd_t places = {.count = 3, .depth = 2, .block = 1, .size = {3, 2}, .step = {2, 1}};
    for (size_t i = 0; i <= sizeof bad / sizeof bad[0]; i++) {
        int good = i == sizeof bad / sizeof bad[0];
        const int32_t positions[3] = {2, good ? 0 : bad[i], 1};
        const int32_t rows[6] = {2, 1, good ? 0 : bad[i], 0, 1, 1},
                      columns[6] = {2, 1, 0, good ? 0 : bad[i] == 3 ? 2 : bad[i], 1, 1};
        static const int8_t after[3][6] = {{5, 6, 1, 2, 3, 4}, {3, 1, 2, 9, 9, 9}, {6, 1, 4, 9, 9, 9}};
        for (int kind = 0; kind < 4; kind++) {
            int8_t found[6] = {9, 9, 9, 9, 9, 9};
            int32_t status = kind == 0   ? tvmk_gather(&pairs, table, positions, found)
                             : kind == 1 ? tvmk_gather(&bytes, table, positions, found)
                                         : tvmk_gather_nd(&places, table, kind == 2 ? rows : columns, found);
            const int8_t *want = after[kind < 2 ? kind : 2];
            int32_t first = kind == 0 ? 2 : 1;
            int wrong = status != (good ? 0 : -1) || memcmp(found, want, (size_t)(good ? 6 : first)) != 0;
            for (int32_t j = good ? 6 : first; j < 6; j++) {
                wrong |= found[j] != 9;
            }
            cases++;
            if (wrong && failures++ < 10) {
                printf("FAILED gather %d, position %ld: status %ld\n", kind, good ? 0L : (long)bad[i], (long)status);
            }
        }
    }
}

#endif
