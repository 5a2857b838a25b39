/* Constants that the compiler computes from weights, bias and scales: see src/math/requantize.rs and src/math/pack.rs. */
#ifndef TVM_EMBEDDED_TEST_WEIGHTS_H
#define TVM_EMBEDDED_TEST_WEIGHTS_H

#include "base.h"
#include "memory.h"
#include "reference.h"

static int32_t *table_at_edge(int32_t channels, int general) {
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    return (int32_t *)(void *)at_edge(EDGE_TABLE, (int8_t *)table, 4 * words * channels);
}

static void make_table(int32_t channels, int32_t depth, int32_t zero_point, int general, tvmk_requant_t *o) {
    o->table = table;
    o->zero_point = (int16_t)between(-128, 127);
    o->low = (int8_t)(between(0, 3) ? -128 : between(-128, 0));
    o->high = (int8_t)(between(0, 3) ? 127 : between(0, 127));
    /* About one and a half output ranges for random data. */
    int32_t size = 0;
    while ((1 << size) < depth) {
        size++;
    }
    int32_t middle = size / 2 + 6 + between(-2, 2);
    for (int32_t c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (int32_t i = 0; i < depth; i++) {
            sum += weights[c * depth + i] - weights_zero;
        }
        bias[c] = between(-8000, 8000);
        mantissa[c] = (1 << 30) + any() % (1 << 30);
        shift[c] = general ? -between(-2, 12) : -(middle + between(-1, 1));
        int32_t folded = bias[c] - zero_point * sum;
        if (general) {
            table[3 * c] = folded;
            table[3 * c + 1] = mantissa[c];
            table[3 * c + 2] = shift[c];
        } else {
            table[2 * c] = mantissa[c];
            table[2 * c + 1] = (int32_t)((uint32_t)(2 * folded) << 5) | (-shift[c] - 1);
        }
    }
}

/* The elements of one window as the DSP extension multiplies them: in pairs of every other element, -1 for none. Returns their number. */
static int32_t in_pairs(int32_t runs, int32_t run, int16_t *order) {
    static const int8_t orders[5][4] = {{0, 0, 0, 0}, {0, -1, 0, 0}, {0, 1, 0, 0}, {0, 2, 1, -1}, {0, 2, 1, 3}};
    int32_t n = 0;
    for (int32_t r = 0; r < runs * run; r += run) {
        for (int32_t k = 0; k < run; k += 4) {
            int32_t rest = run - k < 4 ? run - k : 4;
            for (int32_t i = 0; i < (rest + 1) / 2 * 2; i++) {
                int32_t place = orders[rest][i];
                order[n++] = (int16_t)(place < 0 ? -1 : r + k + place);
            }
        }
    }
    return n;
}

/* Two channels in each element. Returns the bytes. */
static int32_t pack(int32_t channels, int32_t runs, int32_t run, int unpacked) {
    static int16_t order[4096];
    int32_t depth = runs * run;
    if (unpacked || !TVMK_DSP) {
        memcpy(packed.bytes, weights, (size_t)(channels * depth));
        return channels * depth;
    }
    int32_t n = in_pairs(runs, run, order);
    int16_t *to = packed.halves;
    for (int32_t c = 0; c < channels; c += 2) {
        const int8_t *first = weights + c * depth, *second = c + 1 < channels ? first + depth : 0;
        for (int32_t i = 0; i < n; i++) {
            *to++ = (int16_t)(order[i] < 0 ? 0 : (second ? 256 * second[order[i]] : 0) + first[order[i]]);
        }
    }
    return (channels + 1) / 2 * 2 * n;
}

/* Those with a zero point: for the DSP extension it follows each channel's, `extra` pairs of it. */
static int32_t pack_offset(int32_t channels, int32_t runs, int32_t run, int32_t zero, int32_t extra) {
    static int16_t order[4096];
    int32_t depth = runs * run;
    if (!TVMK_DSP) {
        return pack(channels, runs, run, 1);
    }
    int32_t n = in_pairs(runs, run, order);
    int16_t *to = packed.halves;
    for (int32_t c = 0; c < channels; c += 2) {
        const int8_t *first = weights + c * depth, *second = c + 1 < channels ? first + depth : 0;
        for (int32_t i = 0; i < n; i++) {
            *to++ = (int16_t)(order[i] < 0 ? 0 : (second ? 256 * second[order[i]] : 0) + first[order[i]]);
        }
        for (int32_t i = 0; i < 2 * extra; i++) {
            *to++ = (int16_t)((second ? 256 * zero : 0) + zero);
        }
    }
    return (channels + 1) / 2 * 2 * (n + 2 * extra);
}

/* Windows of 3 x 3 for conv_2d_winograd.h: see src/math/winograd.rs. Returns the bytes. */
static int32_t pack_winograd(int32_t channels, int32_t inputs) {
    static const int32_t ways[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}}, places[4] = {2, 0, 1, 3};
    for (int32_t i = 0; i < 16 * channels * inputs; i++) {
        int32_t channel = i / 16 / inputs, c = i / 16 % inputs, row = i % 16 / 4, column = i % 4, sum = 0;
        for (int32_t tap = 0; tap < 9; tap++) {
            sum += ways[row][tap / 3] * ways[column][tap % 3] * weights[(channel * 9 + tap) * inputs + c];
        }
        int32_t pair = c / 4 * 2 + c % 2, frequency = (channel / 4 * 4 + column) * 4 + places[row];
        packed.halves[((frequency * inputs / 2 + pair) * 4 + channel % 4) * 2 + c % 4 / 2] = (int16_t)sum;
    }
    return 32 * channels * inputs;
}

/* Weights of int4, each byte one of two channels; those of the DSP extension for windows of `runs` in the order of their pairs, unless
 * they are `in_order`. Returns the bytes. */
static int32_t pack_int4(int32_t channels, int32_t runs, int32_t run, int in_order) {
    static int16_t order[4096];
    int32_t depth = runs * run, n = 0;
    if (TVMK_DSP && !in_order) {
        n = in_pairs(runs, run, order);
        for (; n % 4; n++) {
            order[n] = -1;
        }
        for (int32_t i = 0; i < n; i += 4) { /* pairs (0, 1) and (2, 3) to bytes 0, 2 and 1, 3 */
            int16_t second = order[i + 1];
            order[i + 1] = order[i + 2];
            order[i + 2] = second;
        }
    } else {
        for (; n < (depth + 3) / 4 * 4; n++) {
            order[n] = (int16_t)(n < depth ? n : -1);
        }
    }
    uint8_t *to = (uint8_t *)packed.bytes;
    for (int32_t c = 0; c < channels; c += 2) {
        for (int32_t i = 0; i < n; i++) {
            int32_t first = order[i] < 0 ? 0 : weights[c * depth + order[i]];
            int32_t second = order[i] < 0 || c + 1 == channels ? 0 : weights[(c + 1) * depth + order[i]];
            *to++ = (uint8_t)(16 * (second + 8) + first + 8);
        }
    }
    return (channels + 1) / 2 * n;
}
static void halve_weights(int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        weights[i] = (int8_t)(weights[i] >> 4);
    }
}

/* Depthwise weights for MVE, from `turned_weights`: [block of channels][tap][lane]. */
static void pack_lanes(int32_t channels, int32_t taps, int32_t lanes) {
    int8_t *to = packed.bytes;
    for (int32_t c = 0; c < channels; c += lanes) {
        for (int32_t t = 0; t < taps; t++) {
            for (int32_t i = 0; i < lanes; i++) {
                *to++ = c + i < channels ? turned_weights[(c + i) * taps + t] : 0;
            }
        }
    }
}

static int8_t finish(const tvmk_requant_t *o, int32_t sum, int32_t c) {
    return reference_clamp(reference_multiply(sum + bias[c], mantissa[c], shift[c]) + o->zero_point, o->low, o->high);
}

#endif
