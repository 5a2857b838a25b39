/* CONV_2D and DEPTHWISE_CONV_2D. */
#ifndef TVM_EMBEDDED_TEST_TEST_CONVOLUTIONS_H
#define TVM_EMBEDDED_TEST_TEST_CONVOLUTIONS_H

#include "conv_2d.h"
#include "conv_2d_int4.h"
#include "conv_2d_offset.h"
#include "conv_2d_winograd.h"
#include "depthwise_conv_2d.h"
#include "depthwise_conv_2d_int4.h"
#include "depthwise_conv_2d_offset.h"
#include "depthwise_whole.h"
#include "weights.h"
#include "windows.h"

static void test_conv_2d(int general, int int4) {
    void (*const kernels[])(const tvmk_conv_2d_t *, const int8_t *, int8_t *,
                            uint8_t *) = {tvmk_conv_2d,      tvmk_conv_2d_general,      tvmk_conv_2d_unpacked,
                                          tvmk_conv_2d_int4, tvmk_conv_2d_int4_general, tvmk_conv_2d_bytes};
    geometry_t g;
    if (!geometry(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), depth = g.kh * g.kw * g.ic;
    general |= depth > 516; /* more needs proof that the packed sums fit */
    int unpacked = !int4 && between(0, 3) == 0;
    int kernel = unpacked ? (general ? 2 : 5) : general + 3 * int4;
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
    SET_WINDOW(l, g);
    l.out_channels = (uint16_t)g.oc, l.pad = (int8_t)zero_point;
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
    int32_t needed = tvmk_conv_2d_scratch(&l, !(TVMK_DSP || TVMK_MVE) || unpacked ? 0 : int4 ? 2 : 1);
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

/* Weights with a zero point; none if a channel's are too large for packed sums of a whole window. */
static void test_conv_2d_offset(void) {
    geometry_t g;
    if (!geometry(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), zero = between(-127, 127), depth = g.kh * g.kw * g.ic;
    fill(in, g.ih * g.iw * g.ic);
    fill_weights(g.oc * depth);
    for (int32_t c = 0; c < g.oc; c++) {
        int32_t reach = 0;
        for (int32_t k = 0; k < depth; k++) {
            int32_t weight = weights[c * depth + k] - zero;
            reach += weight < 0 ? -weight : weight;
        }
        if (reach >= 65536) {
            return;
        }
    }
    weights_zero = zero;
    tvmk_conv_2d_t l;
    memset(&l, 0, sizeof l);
    make_table(g.oc, depth, zero_point, 0, &l.requant);
    int32_t run = g.dw == 1 ? g.kw * g.ic : g.ic, runs = depth / run;
    SET_WINDOW(l, g);
    l.out_channels = (uint16_t)g.oc, l.pad = (int8_t)zero_point;
    int32_t kept = pack_offset(g.oc, runs, run, zero, tvmk_conv_2d_extra(&l));
    for (int32_t oy = 0, i = 0; oy < g.oh; oy++) {
        for (int32_t ox = 0; ox < g.ow; ox++) {
            for (int32_t c = 0; c < g.oc; c++) {
                expected[i++] = finish(&l.requant, window_sum(&g, zero_point, oy, ox, 0, g.ic, weights + c * depth), c);
            }
        }
    }
    weights_zero = 0;
    int32_t n = g.oh * g.ow * g.oc;
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, zero);
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(g.oc, 0);
    int8_t *memory = at_edge(EDGE_SCRATCH, (int8_t *)scratch.bytes, (tvmk_conv_2d_offset_scratch(&l) + 3) & ~3);
    tvmk_conv_2d_offset(&l, at_edge(EDGE_INPUT, in, g.ih * g.iw * g.ic), out, (uint8_t *)memory, zero);
    check("conv_2d_offset", n, details);
}

/* A window of 3 x 3 over images of any size, with borders of any width on each side. */
static int geometry_winograd(geometry_t *g) {
    geometry_t made = {.kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1};
    made.ih = between(1, 11), made.iw = between(1, 11);
    made.ic = 4 * between(1, between(0, 3) ? 5 : 12), made.oc = 4 * between(1, 5);
    made.pt = between(0, 2) ? between(0, 1) : between(0, 3), made.pl = between(0, 2) ? made.pt : between(0, 3);
    made.oh = made.ih + made.pt + between(0, 2) - 2, made.ow = made.iw + made.pl + between(0, 2) - 2;
    *g = made;
    return made.oh > 0 && made.ow > 0;
}

/* Sometimes all of them extreme. */
static void fill_weights_winograd(int32_t n) {
    int32_t kind = between(0, 5);
    for (int32_t i = 0; i < n; i++) {
        weights[i] = (int8_t)(kind == 0   ? -128
                              : kind == 1 ? 127
                              : kind == 2 ? (between(0, 1) ? -128 : 127)
                                          : between(-128, 127));
    }
}

static void test_conv_2d_winograd(void) {
    geometry_t g;
    if (!geometry_winograd(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), depth = 9 * g.ic;
    fill(in, g.ih * g.iw * g.ic);
    fill_weights_winograd(g.oc * depth);
    tvmk_conv_2d_t l;
    memset(&l, 0, sizeof l);
    make_table(g.oc, depth, zero_point, 0, &l.requant);
    SET_WINDOW(l, g);
    l.out_channels = (uint16_t)g.oc, l.pad = (int8_t)zero_point;
    for (int32_t oy = 0, i = 0; oy < g.oh; oy++) {
        for (int32_t ox = 0; ox < g.ow; ox++) {
            for (int32_t c = 0; c < g.oc; c++) {
                expected[i++] = finish(&l.requant, window_sum(&g, zero_point, oy, ox, 0, g.ic, weights + c * depth), c);
            }
        }
    }
    int32_t n = g.oh * g.ow * g.oc, kept = TVMK_MVE ? pack(g.oc, 1, depth, 1) : pack_winograd(g.oc, g.ic);
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, zero_point);
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(g.oc, 0);
    int8_t *memory = at_edge(EDGE_SCRATCH, (int8_t *)scratch.bytes, tvmk_conv_2d_winograd_scratch(&l));
    tvmk_conv_2d_winograd(&l, at_edge(EDGE_INPUT, in, g.ih * g.iw * g.ic), out, (uint8_t *)memory);
    check("conv_2d_winograd", n, details);
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
static void run_depthwise_offset(int general, const tvmk_depthwise_conv_2d_t *l, const int8_t *x, int8_t *y, uint8_t *memory,
                                 int32_t zero) {
    int three = l->window_height == 3 && l->window_width == 3 && l->dilation_width == 1;
    if (general) {
        tvmk_depthwise_conv_2d_offset_general(l, x, y, memory, zero);
    } else if (three && l->stride_width == 1) {
        tvmk_depthwise_conv_2d_offset_3x3(l, x, y, memory, zero);
    } else if (three && l->stride_width == 2) {
        tvmk_depthwise_conv_2d_offset_3x3_stride2(l, x, y, memory, zero);
    } else {
        tvmk_depthwise_conv_2d_offset(l, x, y, memory, zero);
    }
}
static void run_depthwise_conv_2d(int general, int int4, const tvmk_depthwise_conv_2d_t *l, const int8_t *x, int8_t *y,
                                  uint8_t *memory, int32_t zero) {
    if (zero) {
        run_depthwise_offset(general, l, x, y, memory, zero);
        return;
    }
    tvmk_depthwise_conv_2d_kernel_t kernel = depthwise_kernel(general, l);
    if (int4) {
        tvmk_depthwise_conv_2d_int4(l, x, y, memory, kernel, general ? TVMK_GENERAL_WORDS : TVMK_SHORT_WORDS);
    } else {
        kernel(l, x, y, memory);
    }
}

/* Weights as the compiler packs them, rows and columns exchanged if `turned`. Returns the bytes. */
static int32_t pack_depthwise(const geometry_t *g, int turned, int int4) {
    int32_t taps = g->kh * g->kw;
    for (int32_t i = 0; i < g->oc * taps; i++) {
        int32_t tap = i % taps;
        turned_weights[i - tap + (turned ? tap % g->kw * g->kh + tap / g->kw : tap)] = weights[i];
    }
    int32_t lanes = 2 * (g->ic < 4 ? g->ic : 4), kept = g->oc * taps;
    if (TVMK_MVE) {
        kept = (g->oc + lanes - 1) / lanes * lanes * taps + 8 - lanes;
        pack_lanes(g->oc, taps, lanes);
    } else {
        memcpy(packed.bytes, turned_weights, (size_t)kept);
    }
    if (!int4) {
        return kept;
    }
    for (int32_t i = 0; i < kept; i += 2) {
        int32_t second = i + 1 < kept ? packed.bytes[i + 1] : 0;
        packed.bytes[i / 2] = (int8_t)(16 * second + packed.bytes[i] + 8); /* bit 7 of 16 * 8 is inverted below */
        packed.bytes[i / 2] = (int8_t)((uint8_t)packed.bytes[i / 2] ^ 128u);
    }
    return (kept + 1) / 2;
}

static void test_depthwise_conv_2d(int general, int int4, int32_t zero, int sweep) {
    geometry_t g;
    if (sweep ? !geometry_sweep(&g, sweep == 2) : !geometry(&g)) {
        return;
    }
    int32_t zero_point = between(-128, 127), taps = g.kh * g.kw, multiplier = between(0, 2) ? 1 : between(1, 3);
    g.oc = g.ic * multiplier;
    if (g.oc > CHANNELS_MAX || g.oh * g.ow * g.oc > OUT_MAX) {
        return;
    }
    fill(in, g.ih * g.iw * g.ic);
    fill_weights(g.oc * taps);
    if (int4) {
        halve_weights(g.oc * taps);
    }
    weights_zero = zero;
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
    int32_t kept = pack_depthwise(&g, turned, int4);
    l.weights = at_edge(EDGE_WEIGHTS, packed.bytes, kept);
    l.requant.table = table_at_edge(g.oc, general);
    SET_WINDOW(l, t);
    l.multiplier = (uint16_t)multiplier, l.pad = (int8_t)zero_point;
    l.band = (uint16_t)(between(0, 1) ? t.oh : sweep && between(0, 1) ? 1 : between(1, t.oh));
    for (int32_t oy = 0, i = 0; oy < g.oh; oy++) {
        for (int32_t ox = 0; ox < g.ow; ox++) {
            for (int32_t c = 0; c < g.oc; c++) {
                expected[i++] =
                    finish(&l.requant, window_sum(&g, zero_point, oy, ox, c / multiplier, 1, weights + c * taps), c);
            }
        }
    }
    weights_zero = 0;
    int32_t n = g.oh * g.ow * g.oc;
    memset(out, 85, OUT_MAX + GUARD);
    describe(&g, l.band);
    int32_t needed = int4 ? (tvmk_depthwise_conv_2d_int4_scratch(&l) + 3) / 4 * 4 : tvmk_depthwise_conv_2d_scratch(&l);
    int8_t *memory = at_edge(EDGE_SCRATCH, (int8_t *)scratch.bytes, needed);
    run_depthwise_conv_2d(general, int4, &l, at_edge(EDGE_INPUT, in, g.ih * g.iw * g.ic), out, (uint8_t *)memory, zero);
    check(int4 ? "depthwise_conv_2d_int4" : zero ? "depthwise_conv_2d_offset" : "depthwise_conv_2d", n, details);
    if (multiplier == 1 && l.band == t.oh && n <= g.ih * g.iw * g.ic) {
        memset(out, 85, OUT_MAX + GUARD);
        memcpy(out, in, (size_t)(g.ih * g.iw * g.ic));
        run_depthwise_conv_2d(general, int4, &l, out, out, scratch.bytes, zero);
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

#endif
