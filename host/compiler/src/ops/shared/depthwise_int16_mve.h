/* Depthwise convolutions on int16 with MVE: eight channels side by side, at one position or two. Weights [row][column][channel]. */
#ifndef TVMK_DEPTHWISE_INT16_MVE_H
#define TVMK_DEPTHWISE_INT16_MVE_H

#include "depthwise_int16_portable.h"

#if TVMK_MVE

enum { TVMK_INT16_TWO = 1 };

/* Data that is the same for all channels of a position. */
typedef struct {
    const int8_t *weights;
    const int16_t *in;
    const int32_t *table;
    int32_t channels, step, right, down, width, rows, columns, low, high;
} tvmk_int16_lanes_t;

/* Sums of the even and of the odd channels from c on to outputs. */
TVMK_INLINE void tvmk_int16_finish_eight(const tvmk_int16_window_t *l, tvmk_int16_lanes_t g, int32x4_t even, int32x4_t odd,
                                         int32_t c, int16_t *out, mve_pred16_t p, int full, int form) {
    if (form == TVMK_INT16_SHORT) {
        /* Bias and factor of each channel; nothing is read after the last one. */
        const int32_t *table = g.table + 2 * c;
        uint32x4_t places = vidupq_n_u32(0, 4);
        if (full) {
            even = vaddq_s32(even, vldrwq_gather_shifted_offset_s32(table, places));
            even = vrmulhq_s32(even, vldrwq_gather_shifted_offset_s32(table + 1, places));
            odd = vaddq_s32(odd, vldrwq_gather_shifted_offset_s32(table + 2, places));
            odd = vrmulhq_s32(odd, vldrwq_gather_shifted_offset_s32(table + 3, places));
        } else {
            mve_pred16_t pe = vcmpltq_n_s32(vreinterpretq_s32_u32(places), 2 * (g.channels - c));
            mve_pred16_t po = vcmpltq_n_s32(vreinterpretq_s32_u32(places), 2 * (g.channels - c) - 2);
            even = vaddq_s32(even, vldrwq_gather_shifted_offset_z_s32(table, places, pe));
            even = vrmulhq_s32(even, vldrwq_gather_shifted_offset_z_s32(table + 1, places, pe));
            odd = vaddq_s32(odd, vldrwq_gather_shifted_offset_z_s32(table + 2, places, po));
            odd = vrmulhq_s32(odd, vldrwq_gather_shifted_offset_z_s32(table + 3, places, po));
        }
        int16x8_t y = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
        if (g.low != INT16_MIN || g.high != INT16_MAX) {
            y = vminq_s16(vmaxq_s16(y, vdupq_n_s16((int16_t)g.low)), vdupq_n_s16((int16_t)g.high));
        }
        if (full) {
            vstrhq_s16(out + c, y);
        } else {
            vstrhq_p_s16(out + c, y, p);
        }
    } else {
        int32_t sums[2][4];
        vst1q_s32(sums[0], even);
        vst1q_s32(sums[1], odd);
        for (int32_t i = 0; i < 8 && c + i < g.channels; i++) {
            out[c + i] = tvmk_int16_finish(l, sums[i & 1][i >> 1], c + i, form);
        }
    }
}

/* Loads x and w, of the channels of P0, and adds their products to the sums of the even and of the odd channels. */
#define TVMK_INT16_X(x) "vldrht.u16 %q[x], [%[" x "]]\n"
#define TVMK_INT16_W(w) "vldrbt.s16 %q[weight], [%[" w "]]\n"
#define TVMK_INT16_ADD(even, odd)                         \
    "vmullb.s16 %q[product], %q[x], %q[weight]\n"         \
    "vadd.i32 %q[" even "], %q[" even "], %q[product]\n"  \
    "vmullt.s16 %q[product], %q[x], %q[weight]\n"         \
    "vadd.i32 %q[" odd "], %q[" odd "], %q[product]\n"
#define TVMK_INT16_NEXT                      \
    "add %[in], %[in], %[pixel]\n"           \
    "add %[w], %[w], %[channels]\n"

/* Eight channels from c on, `p` of them, all if `full`. In assembly: compilers need more than the eight registers. */
TVMK_INLINE void tvmk_int16_eight(const tvmk_int16_window_t *l, tvmk_int16_lanes_t g, int32_t c, mve_pred16_t p, int full,
                                  int16_t *out, int form) {
    const int8_t *w = g.weights + c;
    const int16_t *in = g.in + c;
    int32x4_t even = vdupq_n_s32(0), odd = even, product;
    int16x8_t x, weight;
    int32_t mask = (int32_t)p;
    for (int32_t ky = g.columns > 0 ? g.rows : 0; ky > 0; ky--, in += g.down, w += g.width) {
        const int16_t *from = in;
        const int8_t *tap = w;
        __asm__ volatile(
            "vmsr p0, %[mask]\n"
            "dls lr, %[columns]\n"
            "1:\n"
            "vpstt\n"
            TVMK_INT16_X("in")
            TVMK_INT16_W("w")
            TVMK_INT16_ADD("even", "odd")
            TVMK_INT16_NEXT
            "le lr, 1b\n"
            : [even] "+w"(even), [odd] "+w"(odd), [x] "=&w"(x), [weight] "=&w"(weight), [product] "=&w"(product),
              [in] "+r"(from), [w] "+l"(tap)
            : [columns] "r"(g.columns), [mask] "r"(mask), [pixel] "r"(2 * g.right), [channels] "r"(g.channels)
            : "lr", "memory");
    }
    tvmk_int16_finish_eight(l, g, even, odd, c, out, p, full, form);
}

/* The same at two positions, `step` elements apart. */
TVMK_INLINE void tvmk_int16_eight_apart(const tvmk_int16_window_t *l, tvmk_int16_lanes_t g, int32_t c, mve_pred16_t p, int full,
                                        int16_t *out, int form) {
    const int8_t *w = g.weights + c;
    const int16_t *in = g.in + c;
    int32x4_t even = vdupq_n_s32(0), odd = even, even1 = even, odd1 = even;
    for (int32_t ky = g.rows; ky > 0; ky--, in += g.down, w += g.width) {
        const int16_t *from = in, *next = in + g.step;
        const int8_t *tap = w;
        for (int32_t kx = g.columns; kx > 0; kx--, from += g.right, next += g.right, tap += g.channels) {
            int16x8_t weight = full ? vldrbq_s16(tap) : vldrbq_z_s16(tap, p);
            int16x8_t x = full ? vldrhq_s16(from) : vldrhq_z_s16(from, p);
            even = vaddq_s32(even, vmullbq_int_s16(x, weight));
            odd = vaddq_s32(odd, vmulltq_int_s16(x, weight));
            x = full ? vldrhq_s16(next) : vldrhq_z_s16(next, p);
            even1 = vaddq_s32(even1, vmullbq_int_s16(x, weight));
            odd1 = vaddq_s32(odd1, vmulltq_int_s16(x, weight));
        }
    }
    tvmk_int16_finish_eight(l, g, even, odd, c, out, p, full, form);
    tvmk_int16_finish_eight(l, g, even1, odd1, c, out + g.channels, p, full, form);
}

/* The same for windows of three columns next to each other, and at least one row. */
TVMK_INLINE void tvmk_int16_eight_by_three(const tvmk_int16_window_t *l, tvmk_int16_lanes_t g, int32_t c, mve_pred16_t p, int full,
                                           int16_t *out, int form) {
    const int8_t *w = g.weights + c;
    const int16_t *in = g.in + c;
    int32x4_t even = vdupq_n_s32(0), odd = even, product;
    int16x8_t x, weight;
    int32_t mask = (int32_t)p;
    __asm__ volatile(
        "vmsr p0, %[mask]\n"
        "dls lr, %[rows]\n"
        "1:\n"
        "vpstt\n"
        TVMK_INT16_X("in")
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        TVMK_INT16_NEXT
        "vpstt\n"
        TVMK_INT16_X("in")
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        TVMK_INT16_NEXT
        "vpstt\n"
        TVMK_INT16_X("in")
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        "add %[in], %[in], %[down]\n"
        "add %[w], %[w], %[width]\n"
        "le lr, 1b\n"
        : [even] "+w"(even), [odd] "+w"(odd), [x] "=&w"(x), [weight] "=&w"(weight), [product] "=&w"(product),
          [in] "+r"(in), [w] "+l"(w)
        : [rows] "r"(g.rows), [mask] "r"(mask), [pixel] "r"(2 * g.channels), [channels] "r"(g.channels),
          [down] "r"(2 * g.down - 4 * g.channels), [width] "r"(g.width - 2 * g.channels)
        : "lr", "memory");
    tvmk_int16_finish_eight(l, g, even, odd, c, out, p, full, form);
}

/* The same, at two positions next to each other, which share the columns between them. */
TVMK_INLINE void tvmk_int16_eight_at_two(const tvmk_int16_window_t *l, tvmk_int16_lanes_t g, int32_t c, mve_pred16_t p, int full,
                                         int16_t *out, int form) {
    const int8_t *w = g.weights + c;
    const int16_t *in = g.in + c;
    int32x4_t even, odd, even1, odd1, product;
    int16x8_t x, weight;
    int32_t mask = (int32_t)p;
    __asm__ volatile(
        "vmsr p0, %[mask]\n"
        "vmov.i32 %q[even], #0\n"
        "vmov.i32 %q[odd], #0\n"
        "vmov.i32 %q[even1], #0\n"
        "vmov.i32 %q[odd1], #0\n"
        "dls lr, %[rows]\n"
        "1:\n"
        "vpstt\n"
        TVMK_INT16_X("in")
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        TVMK_INT16_NEXT
        "vpst\n"
        TVMK_INT16_X("in")
        TVMK_INT16_ADD("even1", "odd1")
        "vpst\n"
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        TVMK_INT16_NEXT
        "vpst\n"
        TVMK_INT16_X("in")
        TVMK_INT16_ADD("even1", "odd1")
        "vpst\n"
        TVMK_INT16_W("w")
        TVMK_INT16_ADD("even", "odd")
        "add %[in], %[in], %[pixel]\n"
        "vpst\n"
        TVMK_INT16_X("in")
        TVMK_INT16_ADD("even1", "odd1")
        "add %[in], %[in], %[down]\n"
        "add %[w], %[w], %[channels]\n"
        "le lr, 1b\n"
        : [even] "=&w"(even), [odd] "=&w"(odd), [even1] "=&w"(even1), [odd1] "=&w"(odd1), [x] "=&w"(x),
          [weight] "=&w"(weight), [product] "=&w"(product), [in] "+r"(in), [w] "+l"(w)
        : [rows] "r"(g.rows), [mask] "r"(mask), [pixel] "r"(2 * g.channels), [channels] "r"(g.channels),
          [down] "r"(2 * g.down - 6 * g.channels)
        : "lr", "memory");
    tvmk_int16_finish_eight(l, g, even, odd, c, out, p, full, form);
    tvmk_int16_finish_eight(l, g, even1, odd1, c, out + g.channels, p, full, form);
}

#undef TVMK_INT16_X
#undef TVMK_INT16_W
#undef TVMK_INT16_ADD
#undef TVMK_INT16_NEXT

TVMK_INLINE tvmk_int16_lanes_t tvmk_int16_lanes(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t) {
    int32_t channels = l->out_channels;
    tvmk_int16_lanes_t g = {.weights = tvmk_int16_weights(l, t, 0), .in = t->in, .table = l->table, .channels = channels,
                            .step = channels * l->stride_width, .right = channels * l->dilation_width,
                            .down = l->dilation_height * l->in_width * channels, .width = l->window_width * channels,
                            .rows = t->rows, .columns = t->columns, .low = l->low, .high = l->high};
    return g;
}

/* All channels with one of the functions above. */
#define TVMK_INT16_LANES(function)                                                       \
    {                                                                                    \
        tvmk_int16_lanes_t g = tvmk_int16_lanes(l, t);                                   \
        int32_t c = 0;                                                                   \
        for (; c + 8 <= g.channels; c += 8) {                                            \
            function(l, g, c, (mve_pred16_t)0xFFFF, 1, out, form);                       \
        }                                                                                \
        if (c < g.channels) {                                                            \
            function(l, g, c, vctp16q((uint32_t)(g.channels - c)), 0, out, form);        \
        }                                                                                \
    }

TVMK_INLINE void tvmk_int16_one(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    if (t->columns == 3 && l->dilation_width == 1 && t->rows > 0) {
        TVMK_INT16_LANES(tvmk_int16_eight_by_three)
    } else {
        TVMK_INT16_LANES(tvmk_int16_eight)
    }
}

TVMK_INLINE void tvmk_int16_two(const tvmk_int16_window_t *l, const tvmk_int16_taps_t *t, int16_t *out, int form) {
    if (t->columns == 3 && l->stride_width == 1 && l->dilation_width == 1 && t->rows > 0) {
        TVMK_INT16_LANES(tvmk_int16_eight_at_two)
    } else {
        TVMK_INT16_LANES(tvmk_int16_eight_apart)
    }
}

#undef TVMK_INT16_LANES

#endif

#endif
