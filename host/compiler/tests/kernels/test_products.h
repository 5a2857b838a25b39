/* FULLY_CONNECTED, only its sums, and products of matrices. */
#ifndef TVM_EMBEDDED_TEST_TEST_PRODUCTS_H
#define TVM_EMBEDDED_TEST_TEST_PRODUCTS_H

#include "fully_connected.h"
#include "fully_connected_int4.h"
#include "matrices.h"
#include "unidirectional_sequence_lstm.h"
#include "weights.h"

static void test_fully_connected(int general, int int4) {
    int32_t zero_point = between(-128, 127), batches = between(1, 3);
    int32_t inputs = between(0, 4) ? between(1, 40) : between(100, 1900), units = between(1, 13);
    fill(in, batches * inputs);
    fill_weights(inputs * units);
    if (int4) {
        halve_weights(inputs * units);
    }
    tvmk_fully_connected_t l;
    memset(&l, 0, sizeof l);
    make_table(units, inputs, zero_point, general, &l.requant);
    int unpacked = general && !int4 && between(0, 3) == 0;
    int32_t kept = int4 ? pack_int4(units, 1, inputs, 1) : pack(units, 1, inputs, unpacked);
    l.weights = &packed;
    l.batches = batches, l.inputs = inputs, l.units = units;
    for (int32_t b = 0, i = 0; b < batches; b++) {
        for (int32_t c = 0; c < units; c++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < inputs; k++) {
                sum += weights[c * inputs + k] * (in[b * inputs + k] - zero_point);
            }
            expected[i++] = finish(&l.requant, sum, c);
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ldx%ld to %ld", (long)batches, (long)inputs, (long)units);
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(units, general);
    int8_t *x = at_edge(EDGE_INPUT, in, batches * inputs);
    (int4       ? general ? tvmk_fully_connected_int4_general : tvmk_fully_connected_int4
     : unpacked ? tvmk_fully_connected_unpacked
     : general  ? tvmk_fully_connected_general
                : tvmk_fully_connected)(&l, x, out);
    check(int4 ? "fully_connected_int4" : "fully_connected", batches * units, details);
}

/* Sums as bytes of int32, some of all rows. */
static void test_unit_sums(void) {
    int32_t inputs = between(0, 4) ? between(1, 40) : between(100, 1900), rows = 4 * between(1, 6);
    int32_t first = 4 * between(0, rows / 4 - 1), count = 4 * between(1, (rows - first) / 4);
    int32_t sums[24];
    fill(in, inputs);
    fill_weights(inputs * rows);
    int unpacked = between(0, 3) == 0;
    pack(rows, 1, inputs, unpacked);
    for (int32_t c = 0; c < count; c++) {
        sums[c] = 0;
        for (int32_t k = 0; k < inputs; k++) {
            sums[c] += weights[(first + c) * inputs + k] * in[k];
        }
    }
    int32_t raised[2] = {first + between(0, count - 1), between(0, inputs - 1)};
    int32_t is_raised = TVMK_DSP && !unpacked && between(0, 1);
    sums[raised[0] - first] -= is_raised * in[raised[1]];
    int32_t bytes = count * (int32_t)sizeof *sums;
    memcpy(expected, sums, (size_t)bytes);
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ld to %ld from %ld", (long)inputs, (long)count, (long)first);
    int32_t kept = TVMK_DSP && !unpacked ? rows / 2 * 4 * ((inputs + 1) / 2) : rows * inputs;
    tvmk_unit_rows_t l = {at_edge(EDGE_WEIGHTS, packed.bytes, kept), inputs, !unpacked, raised, is_raised};
    tvmk_unit_sums(&l, first, count, at_edge(EDGE_INPUT, in, inputs), sums);
    memcpy(out, sums, (size_t)bytes);
    check("unit_sums", bytes, details);
}

static int16_t x16[9 * 80], y16[80 * 12];

/* The products, from `in` and `weights`, or `x16` and `y16`. */
static void expect_matrices(const tvmk_matrices_t *l, int wide, int32_t column_size, const int64_t *bias64,
                            const int32_t *bias32) {
    for (int32_t i = 0; i < l->rows; i++) {
        for (int32_t j = 0; j < l->columns; j++) {
            int64_t sum = !bias64 ? 0 : wide ? bias64[j] : bias32[j];
            for (int32_t k = 0; k < l->depth; k++) {
                int32_t at = j * l->column_step + k * l->depth_step;
                int64_t y = column_size == 2 ? y16[at] : weights[at];
                sum += ((wide ? x16[i * l->depth + k] : in[i * l->depth + k]) - l->row_zero) * (y - l->column_zero);
            }
            int32_t place = i * l->out_row + j * l->out_column;
            if (wide) {
                int64_t value = (sum * (l->factors ? l->factors[2 * j] : l->mantissa) +
                                 ((int64_t)1 << ((l->factors ? l->factors[2 * j + 1] : l->shift) - 1))) >>
                                (l->factors ? l->factors[2 * j + 1] : l->shift);
                int32_t y = (int32_t)value;
                int16_t result = (int16_t)(y < l->low ? l->low : y > l->high ? l->high : y);
                memcpy(expected + 2 * place, &result, 2);
            } else {
                int32_t y = reference_multiply((int32_t)sum, (l->factors ? l->factors[2 * j] : l->mantissa),
                                               (l->factors ? l->factors[2 * j + 1] : l->shift)) +
                            l->zero_point;
                expected[place] = reference_clamp(y, l->low, l->high);
            }
        }
    }
}

/* Products of two matrices computed at run time: contiguous rows, columns in both orders and with gaps, results in both orders. */
static void test_matrices(int wide) {
    int32_t depth = between(0, 3) ? between(1, 40) : between(41, 80), rows = between(1, 9), columns = between(1, 9);
    int along = between(0, 1), exchanged = between(0, 1), bytes = wide && between(0, 1), biased = between(0, 1);
    int32_t gap = between(0, 2), size = wide ? 2 : 1, column_size = bytes ? 1 : size;
    tvmk_matrices_t l = {.rows = rows, .columns = columns, .depth = depth};
    l.column_step = along ? depth + gap : 1;
    l.depth_step = along ? 1 : columns + gap;
    l.out_row = exchanged ? 1 : columns;
    l.out_column = exchanged ? rows : 1;
    int32_t count = (columns - 1) * l.column_step + (depth - 1) * l.depth_step + 1;
    fill(in, rows * depth * size);
    fill(weights, count * column_size);
    l.row_zero = wide ? 0 : between(-128, 127);
    l.column_zero = wide ? 0 : between(-128, 127);
    l.zero_point = wide ? 0 : between(-128, 127);
    l.mantissa = wide ? between(1 << 14, 32767) : (1 << 30) + any() / 2;
    l.shift = wide ? between(15, 45) : between(-14, 2);
    l.low = between(0, 3) ? (wide ? -32768 : -128) : -20;
    l.high = between(0, 3) ? (wide ? 32767 : 127) : 20;
    int64_t bias64[9];
    int32_t bias32[9], factors[18];
    l.factors = between(0, 1) ? factors : 0;
    for (int32_t c = 0; c < columns; c++) {
        factors[2 * c] = wide ? between(1 << 14, 32767) : (1 << 30) + any() / 2;
        factors[2 * c + 1] = wide ? between(15, 45) : between(-14, 2);
        bias32[c] = between(-100000, 100000);
        bias64[c] = bias32[c] * (int64_t)77777;
    }
    memcpy(x16, in, (size_t)(rows * depth * size));
    memcpy(y16, weights, (size_t)(count * column_size));
    expect_matrices(&l, wide, column_size, !biased ? 0 : bias64, !biased ? 0 : bias32);
    /* int16 tensors have even addresses. */
    union {
        int16_t halves[9 * 9 + 9];
        int8_t bytes[2 * (9 * 9 + 9)];
    } result;
    memset(result.bytes, 85, sizeof result.bytes);
    if (wide) {
        int16_t *from = (int16_t *)(void *)x16;
        if (bytes) {
            tvmk_matrices_int16x8(&l, from, at_edge(EDGE_WEIGHTS, weights, count), biased ? bias64 : 0, result.halves,
                                  scratch.words);
        } else {
            tvmk_matrices_int16(&l, from, y16, biased ? bias64 : 0, result.halves, scratch.words);
        }
    } else {
        const int8_t *x = at_edge(EDGE_INPUT, in, rows * depth), *y = at_edge(EDGE_WEIGHTS, weights, count);
        tvmk_matrices(&l, x, y, biased ? bias32 : 0, result.bytes, scratch.words);
    }
    int32_t n = rows * columns * size;
    memcpy(out, result.bytes, (size_t)n);
    memset(out + n, 85, GUARD);
    for (int32_t i = 0; i < 18; i++) {
        out[n + (i < GUARD ? i : 0)] = result.bytes[n + i];
    }
    char details[120];
    snprintf(details, sizeof details, "%ldx%ld times %ld, wide %d, along %d, exchanged %d, bytes %d, bias %d", (long)rows,
             (long)depth, (long)columns, wide, along, exchanged, bytes, biased);
    check("matrices", n, details);
}

#endif
