/* Compares every kernel, on the path this compiler and core select, with a plain reference written here from the definitions
 * of TensorFlow Lite's operators, over a grid of shapes and random data. Runs on the host and on emulated boards alike.
 * Prints one line per kernel; exit status 1 and the first differences where bytes differ. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "average_pool_2d.h"
#include "base.h"
#include "conv_2d.h"
#include "conv_2d_int4.h"
#include "depthwise_conv_2d.h"
#include "depthwise_conv_2d_int4.h"
#include "depthwise_whole.h"
#include "div.h"
#include "fully_connected.h"
#include "fully_connected_int4.h"
#include "gather.h"
#include "gather_nd.h"
#include "matrices.h"
#include "max_pool_2d.h"
#include "move.h"
#include "mul.h"
#include "softmax.h"
#include "unidirectional_sequence_lstm.h"

#ifndef ROUNDS
#define ROUNDS 1
#endif

static int failures;
static int cases;

static uint32_t state = 12345u;
static int32_t any(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (int32_t)(state >> 1);
}
static int32_t between(int32_t low, int32_t high) { return low + any() % (high - low + 1); }

/* The reference. */

static int32_t reference_high_mul(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) {
        return INT32_MAX;
    }
    int64_t product = (int64_t)a * b;
    int64_t nudge = product >= 0 ? (int64_t)1 << 30 : 1 - ((int64_t)1 << 30);
    return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}
static int32_t reference_divide(int32_t x, int32_t exponent) {
    int64_t half = exponent > 0 ? (int64_t)1 << (exponent - 1) : 0;
    int64_t magnitude = x < 0 ? -(int64_t)x : x;
    magnitude = (magnitude + half) >> exponent;
    return (int32_t)(x < 0 ? -magnitude : magnitude);
}
static int32_t reference_multiply(int32_t x, int32_t mantissa, int32_t shift) {
    int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    return reference_divide(reference_high_mul((int32_t)((uint32_t)x << left), mantissa), right);
}
static int8_t reference_clamp(int32_t x, int32_t low, int32_t high) { return (int8_t)(x < low ? low : x > high ? high : x); }

/* Memory of one case, with guard bytes behind what kernels may write. */

enum { IN_MAX = 20000, OUT_MAX = 20000, WEIGHTS_MAX = 60000, CHANNELS_MAX = 80, SCRATCH_MAX = 40000, GUARD = 64 };
static int8_t in[IN_MAX], in2[IN_MAX];
static int8_t out_memory[OUT_MAX + GUARD + 3], expected[OUT_MAX];
static int8_t *out = out_memory; /* any address: the user's tensors have no alignment */
static int8_t moved[IN_MAX + 3];
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

/* With EDGE the address behind which the board has no memory: each case moves one of its arrays there, so that reading beyond its
 * end is a fault. */
enum { EDGE_NONE, EDGE_INPUT, EDGE_WEIGHTS, EDGE_TABLE, EDGE_SCRATCH, EDGES };
#ifdef EDGE
void arm_hardfault_isr(void);
void arm_hardfault_isr(void) {
    puts("FAILED: a fault, likely from reading or writing behind the end of an array");
    exit(1);
}
static volatile uintptr_t memory_end = EDGE; /* no constant to the compiler, which knows no array there */
#else
static volatile uintptr_t memory_end = 0;
#endif
static int edge;
static void next_case(void) {
    edge = (edge + 1) % EDGES;
    out = out_memory + between(0, 3);
}
/* Where a case has this array: at the memory's end if it is the one whose turn that is, or for inputs anywhere. */
static int8_t *at_edge(int which, int8_t *p, int32_t n) {
    if (memory_end != 0 && which == edge) {
        return (int8_t *)memcpy((int8_t *)memory_end - n, p, (size_t)n);
    }
    return which == EDGE_INPUT ? (int8_t *)memcpy(moved + between(0, 3), p, (size_t)n) : p;
}
static int32_t *table_at_edge(int32_t channels, int general) {
    int32_t words = general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS;
    return (int32_t *)(void *)at_edge(EDGE_TABLE, (int8_t *)table, 4 * words * channels);
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

/* What the compiler makes of weights, bias and scales: see src/requantize.rs and src/pack.rs. */

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
            sum += weights[c * depth + i];
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

/* Returns the bytes. */
static int32_t pack(int32_t channels, int32_t runs, int32_t run, int unpacked) {
    int32_t depth = runs * run;
    if (unpacked || !TVMK_DSP) {
        memcpy(packed.bytes, weights, (size_t)(channels * depth));
        return channels * depth;
    }
    int16_t *to = packed.halves;
    for (int32_t c = 0; c < channels; c += 2) {
        const int8_t *first = weights + c * depth, *second = c + 1 < channels ? first + depth : 0;
        for (int32_t r = 0; r < depth; r += run) {
            for (int32_t k = 0; k < run; k += 4) {
                static const int8_t orders[5][4] = {{0, 0, 0, 0}, {0, -1, 0, 0}, {0, 1, 0, 0}, {0, 2, 1, -1}, {0, 2, 1, 3}};
                int32_t rest = run - k < 4 ? run - k : 4;
                for (int32_t i = 0; i < (rest + 1) / 2 * 2; i++) {
                    int32_t place = orders[rest][i];
                    int32_t at = r + k + place;
                    *to++ = (int16_t)(place < 0 ? 0 : (second ? 256 * second[at] : 0) + first[at]);
                }
            }
        }
    }
    return (channels + 1) / 2 * 4 * runs * ((run + 1) / 2);
}

/* Weights of int4, each byte one of two channels; those of the DSP extension for windows of `runs` in the order of their pairs, unless
 * they are `in_order`. Returns the bytes. */
static int32_t pack_int4(int32_t channels, int32_t runs, int32_t run, int in_order) {
    static int16_t order[4096];
    int32_t depth = runs * run, n = 0;
    if (TVMK_DSP && !in_order) {
        for (int32_t r = 0; r < depth; r += run) {
            for (int32_t k = 0; k < run; k += 4) {
                static const int8_t orders[5][4] = {{0, 0, 0, 0}, {0, -1, 0, 0}, {0, 1, 0, 0}, {0, 2, 1, -1}, {0, 2, 1, 3}};
                int32_t rest = run - k < 4 ? run - k : 4;
                for (int32_t i = 0; i < (rest + 1) / 2 * 2; i++) {
                    int32_t place = orders[rest][i];
                    order[n++] = (int16_t)(place < 0 ? -1 : r + k + place);
                }
            }
        }
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
                printf("FAILED %s %s: byte %ld behind the output was written\n", what, details, (long)(i - n));
            }
            return;
        }
    }
}

/* Geometry of a random window over a random image. */
typedef struct {
    int32_t ih, iw, ic, oh, ow, oc, kh, kw, sh, sw, dh, dw, pt, pl;
} geometry_t;

static const uint8_t channel_counts[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 20, 33};

static int geometry(geometry_t *g) {
    g->ih = between(1, 9);
    g->iw = between(1, 9);
    g->ic = channel_counts[between(0, sizeof channel_counts - 1)];
    g->oc = channel_counts[between(0, sizeof channel_counts - 1)];
    g->kh = between(0, 2) == 0 ? 1 : between(0, 2) == 0 ? between(1, 5) : 3;
    g->kw = between(0, 3) == 0 ? between(1, 5) : g->kh;
    if (between(0, 4) == 0) { /* depths that fit in vector registers */
        g->kh = g->kw = 1;
        g->ic = 16 * between(1, 5);
    }
    g->sh = between(0, 2) ? 1 : between(1, 3);
    g->sw = between(0, 3) ? g->sh : between(1, 3);
    g->dh = between(0, 3) ? 1 : between(1, 3);
    g->dw = between(0, 3) ? g->dh : between(1, 3);
    int32_t wh = (g->kh - 1) * g->dh + 1, ww = (g->kw - 1) * g->dw + 1;
    if (between(0, 1)) { /* SAME */
        g->oh = (g->ih + g->sh - 1) / g->sh;
        g->ow = (g->iw + g->sw - 1) / g->sw;
        int32_t ph = (g->oh - 1) * g->sh + wh - g->ih, pw = (g->ow - 1) * g->sw + ww - g->iw;
        g->pt = ph > 0 ? ph / 2 : 0;
        g->pl = pw > 0 ? pw / 2 : 0;
    } else {
        if (wh > g->ih || ww > g->iw) {
            return 0;
        }
        g->oh = (g->ih - wh) / g->sh + 1;
        g->ow = (g->iw - ww) / g->sw + 1;
        g->pt = g->pl = 0;
    }
    return 1;
}

/* Σ over one window; `step` between the weights of neighbouring taps, `depth` input channels each. */
static int32_t window_sum(const geometry_t *g, int32_t zero_point, int32_t oy, int32_t ox, int32_t channel, int32_t depth,
                          const int8_t *w) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < g->kh; ky++) {
        for (int32_t kx = 0; kx < g->kw; kx++, w += depth) {
            int32_t y = oy * g->sh - g->pt + ky * g->dh, x = ox * g->sw - g->pl + kx * g->dw;
            if (y < 0 || y >= g->ih || x < 0 || x >= g->iw) {
                continue;
            }
            for (int32_t c = 0; c < depth; c++) {
                sum += w[c] * (in[(y * g->iw + x) * g->ic + channel + c] - zero_point);
            }
        }
    }
    return sum;
}

static int8_t finish(const tvmk_requant_t *o, int32_t sum, int32_t c) {
    return reference_clamp(reference_multiply(sum + bias[c], mantissa[c], shift[c]) + o->zero_point, o->low, o->high);
}

static char details[300];
static void describe(const geometry_t *g, int32_t extra) {
    snprintf(details, sizeof details,
             "in %ldx%ldx%ld out %ldx%ldx%ld window %ldx%ld stride %ldx%ld dilation %ldx%ld pad %ld,%ld (%ld)", (long)g->ih,
             (long)g->iw, (long)g->ic, (long)g->oh, (long)g->ow, (long)g->oc, (long)g->kh, (long)g->kw, (long)g->sh,
             (long)g->sw, (long)g->dh, (long)g->dw, (long)g->pt, (long)g->pl, (long)extra);
}

static void test_conv_2d(int general, int int4) {
    void (*const kernels[])(const tvmk_conv_2d_t *, const int8_t *, int8_t *, uint8_t *) = {
        tvmk_conv_2d, tvmk_conv_2d_general, tvmk_conv_2d_unpacked, tvmk_conv_2d_int4, tvmk_conv_2d_int4_general};
    geometry_t g;
    if (!geometry(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), depth = g.kh * g.kw * g.ic;
    general |= depth > 516; /* more needs proof that the packed sums fit */
    int unpacked = general && !int4 && between(0, 3) == 0;
    int kernel = general + unpacked + 3 * int4;
    fill(in, g.ih * g.iw * g.ic);
    fill_weights(g.oc * depth);
    if (int4) {
        halve_weights(g.oc * depth);
    }
    tvmk_conv_2d_t l;
    memset(&l, 0, sizeof l);
    make_table(g.oc, depth, zero_point, general, &l.requant);
    int32_t run = g.dw == 1 ? g.kw * g.ic : g.ic, runs = depth / run;
    int32_t kept = int4 ? pack_int4(g.oc, runs, run, 0) : pack(g.oc, runs, run, unpacked);
    l.weights = &packed;
    l.in_height = (uint16_t)g.ih, l.in_width = (uint16_t)g.iw, l.in_channels = (uint16_t)g.ic;
    l.out_height = (uint16_t)g.oh, l.out_width = (uint16_t)g.ow, l.out_channels = (uint16_t)g.oc;
    l.window_height = (uint16_t)g.kh, l.window_width = (uint16_t)g.kw;
    l.stride_height = (uint8_t)g.sh, l.stride_width = (uint8_t)g.sw;
    l.dilation_height = (uint16_t)g.dh, l.dilation_width = (uint16_t)g.dw;
    l.pad_top = (uint16_t)g.pt, l.pad_left = (uint16_t)g.pl, l.pad = (int8_t)zero_point;
    for (int32_t oy = 0, i = 0; oy < g.oh; oy++) {
        for (int32_t ox = 0; ox < g.ow; ox++) {
            for (int32_t c = 0; c < g.oc; c++) {
                expected[i++] = finish(&l.requant, window_sum(&g, zero_point, oy, ox, 0, g.ic, weights + c * depth), c);
            }
        }
    }
    int32_t n = g.oh * g.ow * g.oc;
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, zero_point);
    int32_t needed = tvmk_conv_2d_scratch(&l, !TVMK_DSP || unpacked ? 0 : int4 ? 2 : 1);
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(g.oc, general);
    int8_t *memory = at_edge(EDGE_SCRATCH, (int8_t *)scratch.bytes, (needed + 3) & ~3);
    int8_t *x = at_edge(EDGE_INPUT, in, g.ih * g.iw * g.ic);
    kernels[kernel](&l, x, out, (uint8_t *)memory);
    check(int4 ? "conv_2d_int4" : "conv_2d", n, details);
    if (g.kh == 1 && g.kw == 1 && g.sh == 1 && g.sw == 1 && g.oc <= g.ic) {
        memset(out, 85, OUT_MAX + GUARD);
        memcpy(out, in, (size_t)(g.ih * g.iw * g.ic));
        kernels[kernel](&l, out, out, scratch.bytes);
        memset(out + n, 85, GUARD);
        check(int4 ? "conv_2d_int4 in place" : "conv_2d in place", n, details);
    }
}

static tvmk_depthwise_conv_2d_kernel_t depthwise_kernel(int general, const tvmk_depthwise_conv_2d_t *l) {
    int three = l->window_height == 3 && l->window_width == 3 && l->dilation_width == 1;
    if (general == 2 && three && l->stride_width <= 2) {
        return l->stride_width == 1 ? tvmk_depthwise_conv_2d_mixed_3x3 : tvmk_depthwise_conv_2d_mixed_3x3_stride2;
    }
    if (general) {
        return tvmk_depthwise_conv_2d_general;
    }
    if (three && l->stride_width <= 2) {
        return l->stride_width == 1 ? tvmk_depthwise_conv_2d_3x3 : tvmk_depthwise_conv_2d_3x3_stride2;
    }
    return tvmk_depthwise_conv_2d;
}
static void run_depthwise_conv_2d(int general, int int4, const tvmk_depthwise_conv_2d_t *l, const int8_t *x, int8_t *y,
                                  uint8_t *memory) {
    tvmk_depthwise_conv_2d_kernel_t kernel = depthwise_kernel(general, l);
    if (int4) {
        tvmk_depthwise_conv_2d_int4(l, x, y, memory, kernel, general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS);
    } else {
        kernel(l, x, y, memory);
    }
}

static void test_depthwise_conv_2d(int general, int int4) {
    geometry_t g;
    if (!geometry(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), taps = g.kh * g.kw, multiplier = between(0, 2) ? 1 : between(1, 3);
    g.oc = g.ic * multiplier;
    if (g.oc > CHANNELS_MAX) {
        return;
    }
    fill(in, g.ih * g.iw * g.ic);
    fill_weights(g.oc * taps);
    if (int4) {
        halve_weights(g.oc * taps);
    }
    tvmk_depthwise_conv_2d_t l;
    memset(&l, 0, sizeof l);
    make_table(g.oc, taps, zero_point, general, &l.requant);
    int turned = between(0, 1);
    geometry_t t = g;
    l.in_step[turned] = g.iw * g.ic, l.in_step[!turned] = g.ic;
    l.out_step[turned] = g.ow * g.oc, l.out_step[!turned] = g.oc;
    if (turned) {
        t.ih = g.iw, t.iw = g.ih, t.oh = g.ow, t.ow = g.oh, t.kh = g.kw, t.kw = g.kh, t.sh = g.sw, t.sw = g.sh;
        t.dh = g.dw, t.dw = g.dh, t.pt = g.pl, t.pl = g.pt;
    }
    for (int32_t i = 0; i < g.oc * taps; i++) {
        int32_t tap = i % taps;
        turned_weights[i - tap + (turned ? tap % g.kw * g.kh + tap / g.kw : tap)] = weights[i];
    }
    int32_t lanes = 2 * (g.ic < 4 ? g.ic : 4), kept = g.oc * taps;
    if (TVMK_MVE) {
        kept = (g.oc + lanes - 1) / lanes * lanes * taps + 8 - lanes;
        pack_lanes(g.oc, taps, lanes);
    } else {
        memcpy(packed.bytes, turned_weights, (size_t)kept);
    }
    if (int4) {
        for (int32_t i = 0; i < kept; i += 2) {
            int32_t second = i + 1 < kept ? packed.bytes[i + 1] : 0;
            packed.bytes[i / 2] = (int8_t)(16 * second + packed.bytes[i] + 8); /* the eighth bit of 16 · 8 turned below */
            packed.bytes[i / 2] = (int8_t)((uint8_t)packed.bytes[i / 2] ^ 128u);
        }
        kept = (kept + 1) / 2;
    }
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(g.oc, general);
    l.in_height = (uint16_t)t.ih, l.in_width = (uint16_t)t.iw, l.in_channels = (uint16_t)g.ic;
    l.out_height = (uint16_t)t.oh, l.out_width = (uint16_t)t.ow, l.multiplier = (uint16_t)multiplier;
    l.window_height = (uint16_t)t.kh, l.window_width = (uint16_t)t.kw;
    l.stride_height = (uint8_t)t.sh, l.stride_width = (uint8_t)t.sw;
    l.dilation_height = (uint16_t)t.dh, l.dilation_width = (uint16_t)t.dw;
    l.pad_top = (uint16_t)t.pt, l.pad_left = (uint16_t)t.pl, l.pad = (int8_t)zero_point;
    l.band = (uint16_t)(between(0, 1) ? t.oh : between(1, t.oh));
    for (int32_t oy = 0, i = 0; oy < g.oh; oy++) {
        for (int32_t ox = 0; ox < g.ow; ox++) {
            for (int32_t c = 0; c < g.oc; c++) {
                expected[i++] =
                    finish(&l.requant, window_sum(&g, zero_point, oy, ox, c / multiplier, 1, weights + c * taps), c);
            }
        }
    }
    int32_t n = g.oh * g.ow * g.oc;
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, l.band);
    int32_t needed = int4 ? (tvmk_depthwise_conv_2d_int4_scratch(&l) + 3) / 4 * 4 : tvmk_depthwise_conv_2d_scratch(&l);
    int8_t *memory = at_edge(EDGE_SCRATCH, (int8_t *)scratch.bytes, needed);
    run_depthwise_conv_2d(general, int4, &l, at_edge(EDGE_INPUT, in, g.ih * g.iw * g.ic), out, (uint8_t *)memory);
    check(int4 ? "depthwise_conv_2d_int4" : "depthwise_conv_2d", n, details);
    if (multiplier == 1 && l.band == t.oh && n <= g.ih * g.iw * g.ic) {
        memset(out, 85, OUT_MAX + GUARD);
        memcpy(out, in, (size_t)(g.ih * g.iw * g.ic));
        run_depthwise_conv_2d(general, int4, &l, out, out, scratch.bytes);
        memset(out + n, 85, GUARD);
        check(int4 ? "depthwise_conv_2d_int4 in place" : "depthwise_conv_2d in place", n, details);
    }
}

static void test_depthwise_whole(void) {
    int32_t zero_point = between(-128, 127), taps = between(1, 30),
            channels = channel_counts[between(0, sizeof channel_counts - 1)];
    fill(in, taps * channels);
    fill_weights(taps * channels);
    tvmk_depthwise_whole_t l;
    memset(&l, 0, sizeof l);
    make_table(channels, taps, zero_point, 0, &l.requant);
    for (int32_t c = 0; c < channels; c++) {
        for (int32_t t = 0; t < taps; t++) {
            turned_weights[t * channels + c] = weights[c * taps + t];
        }
    }
    l.weights = at_edge(EDGE_WEIGHTS, turned_weights, taps * channels);
    l.requant.table = table_at_edge(channels, 0);
    l.taps = taps, l.channels = channels;
    for (int32_t c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (int32_t t = 0; t < taps; t++) {
            sum += weights[c * taps + t] * (in[t * channels + c] - zero_point);
        }
        expected[c] = finish(&l.requant, sum, c);
    }
    memset(out, 85, OUT_MAX + GUARD);
    snprintf(details, sizeof details, "%ld taps, %ld channels", (long)taps, (long)channels);
    tvmk_depthwise_whole(&l, at_edge(EDGE_INPUT, in, taps * channels), out);
    check("depthwise_whole", channels, details);
    memset(out, 85, OUT_MAX + GUARD);
    memcpy(out, in, (size_t)(taps * channels));
    tvmk_depthwise_whole(&l, out, out);
    memset(out + channels, 85, GUARD);
    check("depthwise_whole in place", channels, details);
}

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
    int32_t n = 0;
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
                    sum = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                    expected[n++] = reference_clamp(sum, l.low, l.high);
                }
            }
        }
    }
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, batches);
    tvmk_average_pool_2d(&l, at_edge(EDGE_INPUT, in, batches * g.ih * g.iw * g.ic), out);
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

/* Words of filled memory at every address, and nothing beside them. */
static void test_fill(void) {
    int32_t before = between(0, 9), n = between(0, 40);
    memset(expected, 85, (size_t)(before + n + 9));
    memset(out, 85, OUT_MAX + GUARD);
    memset(expected + before, -7, (size_t)n);
    tvmk_fill(out + before, -7, n);
    check("fill", before + n + 9, "");
}

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

/* Quotients that don't exist: the status says so, the others are there. */
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

/* Products of two matrices of a run: rows one after the other, columns in both orders and with gaps, results in both orders. */
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
    int32_t bias32[9];
    for (int32_t c = 0; c < columns; c++) {
        bias32[c] = between(-100000, 100000);
        bias64[c] = bias32[c] * (int64_t)77777;
    }
    static int16_t x16[9 * 80], y16[80 * 12];
    memcpy(x16, in, (size_t)(rows * depth * size));
    memcpy(y16, weights, (size_t)(count * column_size));
    for (int32_t i = 0; i < rows; i++) {
        for (int32_t j = 0; j < columns; j++) {
            int64_t sum = !biased ? 0 : wide ? bias64[j] : bias32[j];
            for (int32_t k = 0; k < depth; k++) {
                int32_t at = j * l.column_step + k * l.depth_step;
                int64_t y = column_size == 2 ? y16[at] : weights[at];
                sum += ((wide ? x16[i * depth + k] : in[i * depth + k]) - l.row_zero) * (y - l.column_zero);
            }
            int32_t place = i * l.out_row + j * l.out_column;
            if (wide) {
                int64_t value = (sum * l.mantissa + ((int64_t)1 << (l.shift - 1))) >> l.shift;
                int32_t y = (int32_t)value;
                int16_t result = (int16_t)(y < l.low ? l.low : y > l.high ? l.high : y);
                memcpy(expected + 2 * place, &result, 2);
            } else {
                int32_t y = reference_multiply((int32_t)sum, l.mantissa, l.shift) + l.zero_point;
                expected[place] = reference_clamp(y, l.low, l.high);
            }
        }
    }
    /* int16 tensors lie at even addresses. */
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

/* Positions outside of the input: the status says so, and only what is before them is written. */
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

static void report(const char *what) { printf("%-20s %d cases, %d failures\n", what, cases, failures); }

int main(void) {
#ifdef TRAP_UNALIGNED
    *(volatile uint32_t *)0xE000ED14 |= 8; /* UNALIGN_TRP in the core's CCR */
#endif
    printf("path: %s\n", TVMK_MVE ? "MVE" : TVMK_DSP ? "DSP" : "portable");
    for (int i = 0; i < 20 * ROUNDS; i++)
        test_arithmetic();
    report("arithmetic");
    for (int i = 0; i < 400 * ROUNDS; i++)
        next_case(), test_conv_2d(i % 7 == 0, 0);
    report("conv_2d");
    for (int i = 0; i < 400 * ROUNDS; i++)
        next_case(), test_conv_2d(i % 7 == 0, 1);
    report("conv_2d_int4");
    for (int i = 0; i < 400 * ROUNDS; i++)
        next_case(), test_depthwise_conv_2d(i % 7 == 0 ? 1 + i % 2 : 0, 0);
    report("depthwise_conv_2d");
    for (int i = 0; i < 400 * ROUNDS; i++)
        next_case(), test_depthwise_conv_2d(i % 7 == 0 ? 1 + i % 2 : 0, 1);
    report("depthwise_int4");
    for (int i = 0; i < 100 * ROUNDS; i++)
        next_case(), test_depthwise_whole();
    report("depthwise_whole");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_fully_connected(i % 7 == 0, 0);
    report("fully_connected");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_fully_connected(i % 7 == 0, 1);
    report("fully_connected_int4");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_unit_sums();
    report("unit_sums");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_average_pool_2d();
    report("average_pool_2d");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_add();
    report("add");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_mul();
    report("mul");
    for (int i = 0; i < 300 * ROUNDS; i++)
        next_case(), test_max_pool_2d();
    report("max_pool_2d");
    for (int i = 0; i < 200 * ROUNDS; i++)
        next_case(), test_fill();
    report("fill");
    for (int i = 0; i < 400 * ROUNDS; i++)
        next_case(), test_move();
    report("move");
    for (int i = 0; i < 100 * ROUNDS; i++)
        test_softmax();
    report("softmax");
    for (int i = 0; i < 600 * ROUNDS; i++)
        next_case(), test_matrices(i % 2);
    report("matrices");
    test_div();
    report("div");
    test_gather();
    report("gather");
    puts(failures ? "FAILED" : "PASSED");
    return failures != 0;
}
