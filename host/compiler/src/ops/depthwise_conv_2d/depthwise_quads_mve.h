/* Depthwise windows of 3 × 3 with MVE: VMLADAV sums a whole window, whose bytes are adjacent in scratch memory.
 *
 * Four rows of a channel are kept as quads, the four bytes of a column side by side: 16 bytes are four columns of four rows, which
 * hold four windows of stride 1. The weights are in the same order, with zeros where a window has no element. Each step replaces the
 * two oldest rows by the next two, so that the weights' pairs of rows change places from step to step.
 */
#ifndef TVMK_DEPTHWISE_QUADS_MVE_H
#define TVMK_DEPTHWISE_QUADS_MVE_H

#include "depthwise_conv_2d_portable.h"

#if TVMK_MVE

/* What all channels of a step share: four outputs at a time, of one row or of two. The assembly relies on the order. */
typedef struct {
    int32x4_t places;         /* of the four outputs, from the first */
    int32x4_t low, high;      /* range of the output */
    int32_t channels;         /* left in this step */
    int32_t count, rest;      /* how many fours, and the outputs after them */
    int32_t next_x, next_out; /* from what a channel has read and written to the next one's first */
    int32_t step, zero_point; /* bytes from four outputs to the next four; of the output */
} tvmk_depthwise_step_t;
TVMK_AT(tvmk_depthwise_step_t, low, 16);
TVMK_AT(tvmk_depthwise_step_t, high, 32);
TVMK_AT(tvmk_depthwise_step_t, channels, 48);
TVMK_AT(tvmk_depthwise_step_t, count, 52);
TVMK_AT(tvmk_depthwise_step_t, rest, 56);
TVMK_AT(tvmk_depthwise_step_t, next_x, 60);
TVMK_AT(tvmk_depthwise_step_t, next_out, 64);
TVMK_AT(tvmk_depthwise_step_t, step, 68);
TVMK_AT(tvmk_depthwise_step_t, zero_point, 72);

/* Bytes of a channel's quads, and what a row's last vectors read beyond them. */
TVMK_INLINE int32_t tvmk_depthwise_quads_pitch(const tvmk_depthwise_conv_2d_t *l) { return 4 * tvmk_depthwise_plane_width(l); }
enum { TVMK_DEPTHWISE_BEYOND = 28, TVMK_DEPTHWISE_QUADS_FAR = 65535 / 7 };

/* Whether an output that overwrites the input overwrites only what was read before: its own place, or, where rows are the image's and not
 * longer than the input's, no later row. `border`: the most rows above the image with which a step reads its outputs' rows first. */
TVMK_INLINE int tvmk_depthwise_in_order(const tvmk_depthwise_conv_2d_t *l, int32_t border) {
    int same_places = l->in_step[0] == l->out_step[0] && l->in_step[1] == l->out_step[1];
    int rows = l->in_step[0] == l->in_width * l->in_step[1] && l->out_width <= l->in_width;
    return l->band < l->out_height || (l->pad_top <= border && (same_places || rows));
}

/* Channels whose rows of `pitch` bytes fit in scratch memory at once. */
TVMK_INLINE int32_t tvmk_depthwise_row_lanes(const tvmk_depthwise_conv_2d_t *l, int32_t pitch, int32_t beyond) {
    if (8 * pitch + beyond <= tvmk_depthwise_conv_2d_scratch(l)) {
        return 8;
    }
    return 4;
}

/* Whether these functions compute a layer: not one row, or rows of one or two outputs, which would take more than they save. */
TVMK_INLINE int tvmk_depthwise_has_quads(const tvmk_depthwise_conv_2d_t *l) {
    return l->in_channels >= 4 && l->multiplier == 1 && l->out_height > 1 && l->out_width > 2 && l->dilation_height == 1 &&
           l->stride_height <= 2 && l->stride_width <= l->stride_height &&
           tvmk_depthwise_quads_pitch(l) <= TVMK_DEPTHWISE_QUADS_FAR && tvmk_depthwise_in_order(l, 2);
}

/* Four windows in one vector, of two columns of two rows, to their sums: 7 instructions for 36 multiplications. */
#define TVMK_QUADS_PAIR               \
    "vldrw.u32 q0, [%[x]], #8\n"      \
    "vmladav.s8 %[a], q0, q1\n"       \
    "vmladav.s8 %[b], q0, q3\n"       \
    "vmov q5[2], q5[0], %[a], %[b]\n" \
    "vmladav.s8 %[a], q0, q2\n"       \
    "vmladav.s8 %[b], q0, q4\n"       \
    "vmov q5[3], q5[1], %[a], %[b]\n"

/* Four windows of one row, whose first bytes are `bytes` apart. */
#define TVMK_QUADS_LINE(bytes)               \
    "vldrb.u8 q0, [%[x]], #4 * " bytes "\n"  \
    "vmladav.s8 %[a], q0, q1\n"              \
    "vldrb.u8 q2, [%[x], #-2 * " bytes "]\n" \
    "vmladav.s8 %[b], q2, q1\n"              \
    "vmov q5[2], q5[0], %[a], %[b]\n"        \
    "vldrb.u8 q3, [%[x], #-3 * " bytes "]\n" \
    "vmladav.s8 %[a], q3, q1\n"              \
    "vldrb.u8 q4, [%[x], #-1 * " bytes "]\n" \
    "vmladav.s8 %[b], q4, q1\n"              \
    "vmov q5[3], q5[1], %[a], %[b]\n"

/* From four sums to bytes, as tvmk_mve_scale. */
#define TVMK_QUADS_BYTES                 \
    "vadd.i32 q5, q5, %[bias]\n"         \
    "vshr.s32 q0, q5, #31\n"             \
    "vqrdmulh.s32 q5, q5, %[mantissa]\n" \
    "vadd.i32 q5, q5, q0\n"              \
    "vrshl.s32 q5, %[shift]\n"           \
    "vldrw.32 q0, [%[c], #16]\n"         \
    "vadd.i32 q5, q5, %[zero_point]\n"   \
    "vmax.s32 q5, q5, q0\n"              \
    "vmin.s32 q5, q5, q6\n"

/* Weights of the second row's windows: each column's bytes one further; and of the second column's: one column further. */
#define TVMK_QUADS_SHIFTED  \
    "vshl.i32 q2, q1, #8\n" \
    "vsri.32 q2, q1, #24\n" \
    "mov %[a], #0\n"        \
    "vmov q3, q1\n"         \
    "vshlc q3, %[a], #32\n" \
    "vmov q4, q2\n"         \
    "vshlc q4, %[a], #32\n"

/* To the next channel's weights; this one's pairs of rows change places for the next step. */
#define TVMK_QUADS_TURNED \
    "vrev32.16 q5, q1\n"  \
    "vstrw.32 q5, [%[weights]], #16\n"

/* All channels of a step. Constants of a channel as in tvmk_mve_words. */
#define TVMK_QUADS_STEP(shifted, next, sums)                                                                          \
    __asm__ volatile("vldrw.32 q7, [%[c]]\n"                                                                          \
                     "vldrw.32 q6, [%[c], #32]\n"                                                                     \
                     "ldr %[step], [%[c], #68]\n"                                                                     \
                     "ldr %[zero_point], [%[c], #72]\n"                                                               \
                     "1:\n"                                                                                           \
                     "vldrw.32 q1, [%[weights]]\n" shifted next "ldrd %[mantissa], %[shift], [%[table]], #8\n"        \
                     "asr %[bias], %[shift], #6\n"                                                                    \
                     "mvn %[shift], %[shift]\n"                                                                       \
                     "orr %[shift], %[shift], #0xE0\n"                                                                \
                     "ldr %[b], [%[c], #52]\n"                                                                        \
                     "wls lr, %[b], 3f\n"                                                                             \
                     "2:\n" sums TVMK_QUADS_BYTES "vstrb.32 q5, [%[out], q7]\n"                                       \
                     "add %[out], %[out], %[step]\n"                                                                  \
                     "le lr, 2b\n"                                                                                    \
                     "3:\n"                                                                                           \
                     "ldr %[b], [%[c], #56]\n"                                                                        \
                     "cmp %[b], #0\n"                                                                                 \
                     "beq 4f\n" sums TVMK_QUADS_BYTES "ldr %[b], [%[c], #56]\n"                                       \
                     "vctp.32 %[b]\n"                                                                                 \
                     "vpst\n"                                                                                         \
                     "vstrbt.32 q5, [%[out], q7]\n"                                                                   \
                     "4:\n"                                                                                           \
                     "ldrd %[a], %[b], [%[c], #60]\n"                                                                 \
                     "add %[x], %[x], %[a]\n"                                                                         \
                     "add %[out], %[out], %[b]\n"                                                                     \
                     "ldr %[a], [%[c], #48]\n"                                                                        \
                     "subs %[a], %[a], #1\n"                                                                          \
                     "str %[a], [%[c], #48]\n"                                                                        \
                     "bne 1b\n"                                                                                       \
                     : [weights] "+&r"(weights), [table] "+&r"(table), [x] "+&r"(x), [out] "+&r"(out), [a] "=&Te"(a), \
                       [b] "=&Te"(b), [bias] "=&r"(bias), [mantissa] "=&r"(mantissa), [shift] "=&r"(shift),           \
                       [step] "=&r"(step), [zero_point] "=&r"(zero_point)                                             \
                     : [c] "r"(c)                                                                                     \
                     : "lr", "cc", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "memory")

/* The outputs of a step from the channels' quads at x: two rows with `pair`, otherwise one whose windows are one or two columns apart. */
TVMK_INLINE void tvmk_depthwise_quads_step(tvmk_depthwise_step_t *c, uint32x4_t *weights, const int32_t *table, const int8_t *x,
                                           int8_t *out, int pair, int32_t stride) {
    int32_t a, b, bias, mantissa, shift, step, zero_point;
    if (pair) {
        TVMK_QUADS_STEP(TVMK_QUADS_SHIFTED, TVMK_QUADS_TURNED, TVMK_QUADS_PAIR);
    } else if (stride == 1) {
        TVMK_QUADS_STEP("", TVMK_QUADS_TURNED, TVMK_QUADS_LINE("4"));
    } else {
        TVMK_QUADS_STEP("", TVMK_QUADS_TURNED, TVMK_QUADS_LINE("8"));
    }
}

TVMK_INLINE void tvmk_depthwise_range(const tvmk_depthwise_conv_2d_t *l, tvmk_depthwise_step_t *c) {
    c->low = vdupq_n_s32(l->requant.low);
    c->high = vdupq_n_s32(l->requant.high);
    c->zero_point = l->requant.zero_point;
}

/* For steps of two output rows, or of one: `pitch` bytes from channel to channel, `column` from window to window. */
TVMK_SHARED void tvmk_depthwise_quads_shape(const tvmk_depthwise_conv_2d_t *l, tvmk_depthwise_step_t *c, int pair,
                                            int32_t pitch, int32_t column) {
    int32_t columns = pair ? 2 : 4;
    int32x4_t number = vreinterpretq_s32_u32(vidupq_n_u32(0, 1));
    if (pair) {
        int32x4_t row = vmulq_n_s32(vandq_s32(number, vdupq_n_s32(1)), l->out_step[0]);
        c->places = vmlaq_n_s32(row, vshrq_n_s32(number, 1), l->out_step[1]);
    } else {
        c->places = vmulq_n_s32(number, l->out_step[1]);
    }
    c->count = l->out_width / columns;
    c->rest = l->out_width % columns * (4 / columns);
    c->step = columns * l->out_step[1];
    c->next_x = pitch - columns * column * (c->count + (c->rest != 0));
    c->next_out = 1 - c->count * c->step;
}

/* Rows y and y + 1 of n channels as halfwords of quads. */
TVMK_SHARED void tvmk_depthwise_quads_rows(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int32_t y, int32_t n,
                                           int8_t *to) {
    int8x16_t border = vdupq_n_s8(l->pad);
    int32_t left = tvmk_min(l->pad_left, tvmk_depthwise_plane_width(l));
    int32_t inside = tvmk_min(l->in_width, tvmk_depthwise_plane_width(l) - left);
    int has_first = y >= 0 && y < l->in_height, has_second = y >= -1 && y + 1 < l->in_height;
    const int8_t *first = has_first ? in + y * l->in_step[0] : (const int8_t *)&border;
    const int8_t *second = has_second ? in + (y + 1) * l->in_step[0] : (const int8_t *)&border;
    int32_t first_step = has_first ? l->in_step[1] : 0, second_step = has_second ? l->in_step[1] : 0;
    uint16x8_t places = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)tvmk_depthwise_quads_pitch(l));
    to += 4 * left;
    __asm__ volatile(
        "vmov q2, %q[places]\n"
        "vctp.16 %[n]\n"
        "wls lr, %[inside], 2f\n"
        "1:\n"
        "vpstttt\n"
        "vldrbt.u16 q0, [%[first]]\n"
        "vldrbt.u16 q1, [%[second]]\n"
        "vslit.16 q0, q1, #8\n"
        "vstrht.16 q0, [%[to], q2]\n"
        "add %[first], %[first], %[first_step]\n"
        "add %[second], %[second], %[second_step]\n"
        "add %[to], %[to], #4\n"
        "le lr, 1b\n"
        "2:\n"
        : [first] "+&l"(first), [second] "+&l"(second), [to] "+&l"(to)
        : [places] "w"(places), [n] "r"(n), [inside] "r"(inside), [first_step] "r"(first_step), [second_step] "r"(second_step)
        : "lr", "q0", "q1", "q2", "memory");
}

/* The weights of eight channels, from [tap][channel]. */
TVMK_SHARED void tvmk_depthwise_quads_weights(const int8_t *weights, uint32x4_t *quads) {
    uint16x8_t places = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)sizeof *quads);
    uint16_t *to = (uint16_t *)(void *)quads;
    for (int32_t x = 0; x < 3; x++, weights += 8, to += 2) {
        const uint8_t *w = (const uint8_t *)weights;
        vstrhq_scatter_offset_u16(to, places, vsliq_n_u16(vldrbq_u16(w), vldrbq_u16(w + 24), 8));
        vstrhq_scatter_offset_u16(to + 1, places, vldrbq_u16(w + 48));
    }
    vstrhq_scatter_offset_u16(to, places, vdupq_n_u16(0));
    vstrhq_scatter_offset_u16(to + 1, places, vdupq_n_u16(0));
}

TVMK_SHARED void tvmk_depthwise_quads(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch) {
    int8_t *quads = (int8_t *)scratch;
    int32_t pitch = tvmk_depthwise_quads_pitch(l);
    int32_t lanes = tvmk_depthwise_row_lanes(l, pitch, TVMK_DEPTHWISE_BEYOND);
    tvmk_depthwise_step_t c;
    uint32x4_t weights[8];
    tvmk_depthwise_range(l, &c);
    for (int32_t first = 0; first < l->in_channels; first += lanes, in += lanes, out += lanes) {
        int32_t n = tvmk_min(lanes, l->in_channels - first);
        tvmk_depthwise_quads_weights(l->weights + first / 8 * 72, weights);
        tvmk_fill(quads, l->pad, n * pitch);
        int32_t y = -(int32_t)l->pad_top, half = 2;
        tvmk_depthwise_quads_rows(l, in, y, n, quads);
        int8_t *o = out;
        int pair = 2; /* not known yet */
        for (int32_t left = l->out_height; left > 0;) {
            int now = l->stride_height == 1 && left > 1;
            if (now != pair) {
                pair = now;
                tvmk_depthwise_quads_shape(l, &c, pair, pitch, 4 * l->stride_width);
            }
            y += 2;
            tvmk_depthwise_quads_rows(l, in, y, n, quads + half);
            c.channels = n;
            tvmk_depthwise_quads_step(&c, weights + first % 8, l->requant.table + TVMK_SHORT_WORDS * first, quads, o, pair,
                                      l->stride_width);
            half ^= 2;
            left -= 1 + pair;
            o += (1 + pair) * l->out_step[0];
        }
    }
}

#endif

#endif
