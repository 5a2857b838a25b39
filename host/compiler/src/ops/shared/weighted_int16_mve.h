/* Convolutions on int16 with MVE: two positions by two channels, or one by four; eight products an instruction.
 *
 * Weights [output channel][row][column][input channel of the group]; scratch: two columns, not used where the layer is pointwise. */
#ifndef TVMK_WEIGHTED_INT16_MVE_H
#define TVMK_WEIGHTED_INT16_MVE_H

#include "window_int16.h"

#if TVMK_MVE

/* The sums of one layer's channels that are not outputs yet, at each of two positions. */
enum { TVMK_INT16_POSITIONS = 2, TVMK_INT16_WAITING = 32 };

/* Products of n elements of two columns with two channels: of the first channel at both, then of the second. Exactly those
 * elements are read. */
TVMK_INLINE void tvmk_int16_two_by_two(const int8_t *w0, const int8_t *w1, const int16_t *x0, const int16_t *x1, int32_t n,
                                       int32_t *sums) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    __asm__ volatile(
        "dlstp.16 lr, %[n]\n"
        "1:\n"
        "vldrb.s16 q0, [%[w0]], #8\n"
        "vldrh.u16 q2, [%[x0]], #16\n"
        "vmladava.s16 %[a], q2, q0\n"
        "vldrh.u16 q3, [%[x1]], #16\n"
        "vmladava.s16 %[b], q3, q0\n"
        "vldrb.s16 q1, [%[w1]], #8\n"
        "vmladava.s16 %[c], q2, q1\n"
        "vmladava.s16 %[d], q3, q1\n"
        "letp lr, 1b\n"
        : [a] "+Te"(a), [b] "+Te"(b), [c] "+Te"(c), [d] "+Te"(d), [w0] "+l"(w0), [w1] "+l"(w1), [x0] "+r"(x0), [x1] "+r"(x1)
        : [n] "r"(n)
        : "lr", "q0", "q1", "q2", "q3", "memory");
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* Products of n elements of one column with four channels, whose weights are `step` bytes apart. */
TVMK_INLINE void tvmk_int16_one_by_four(const int8_t *const *w, const int16_t *x, int32_t n, int32_t *sums) {
    const int8_t *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
    int32_t a = 0, b = 0, c = 0, d = 0;
    __asm__ volatile(
        "dlstp.16 lr, %[n]\n"
        "1:\n"
        "vldrh.u16 q2, [%[x]], #16\n"
        "vldrb.s16 q0, [%[w0]], #8\n"
        "vmladava.s16 %[a], q2, q0\n"
        "vldrb.s16 q1, [%[w1]], #8\n"
        "vmladava.s16 %[b], q2, q1\n"
        "vldrb.s16 q0, [%[w2]], #8\n"
        "vmladava.s16 %[c], q2, q0\n"
        "vldrb.s16 q1, [%[w3]], #8\n"
        "vmladava.s16 %[d], q2, q1\n"
        "letp lr, 1b\n"
        : [a] "+Te"(a), [b] "+Te"(b), [c] "+Te"(c), [d] "+Te"(d), [w0] "+l"(w0), [w1] "+l"(w1), [w2] "+l"(w2),
          [w3] "+l"(w3), [x] "+r"(x)
        : [n] "r"(n)
        : "lr", "q0", "q1", "q2", "memory");
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* n sums of the channels from `channel` on to outputs, in the short form: four at a time. */
TVMK_INLINE void tvmk_int16_finish_row(const tvmk_int16_window_t *l, const int32_t *sums, int32_t channel, int32_t n, int16_t *out) {
    const int32_t *table = l->table + 2 * channel;
    int32_t low = l->low, high = l->high;
    for (int32_t c = 0; c < n; c += 4, table += 8) {
        mve_pred16_t p = vctp32q((uint32_t)(n - c));
        uint32x4_t places = vidupq_n_u32(0, 2);
        int32x4_t y = vaddq_s32(vldrwq_s32(sums + c), vldrwq_gather_shifted_offset_z_s32(table, places, p));
        y = vrmulhq_s32(y, vldrwq_gather_shifted_offset_z_s32(table + 1, places, p));
        y = vminq_s32(vmaxq_s32(y, vdupq_n_s32(low)), vdupq_n_s32(high));
        vstrhq_p_s32(out + c, y, p);
    }
}

/* Channels of a group at one or two positions in 64 bits, or with a bias of int32: two at a time. */
TVMK_INLINE void tvmk_int16_wide_channels(const tvmk_int16_window_t *l, int32_t first, int32_t depth, const int16_t *x0,
                                          const int16_t *x1, int16_t *out0, int16_t *out1, int32_t count, int form) {
    const int8_t *weights = (const int8_t *)l->weights;
    for (int32_t c = first, end = first + l->group_out; c < end; c += 2) {
        int32_t next = c + 1 < end ? c + 1 : c, block = form == TVMK_INT16_WIDE ? (int32_t)TVMK_INT16_BLOCK : depth;
        int64_t sums[4] = {0, 0, 0, 0};
        for (int32_t k = 0; k < depth; k += block) {
            int32_t part[4];
            tvmk_int16_two_by_two(weights + c * depth + k, weights + next * depth + k, x0 + k, x1 + k,
                                  tvmk_min(depth - k, block), part);
            for (int32_t i = 0; i < 4; i++) {
                sums[i] += part[i];
            }
        }
        out0[c] = tvmk_int16_finish(l, sums[0], c, form);
        if (count > 1) {
            out1[c] = tvmk_int16_finish(l, sums[1], c, form);
        }
        if (next > c) {
            out0[next] = tvmk_int16_finish(l, sums[2], next, form);
            if (count > 1) {
                out1[next] = tvmk_int16_finish(l, sums[3], next, form);
            }
        }
    }
}

/* The same in the short form: all sums of up to 32 channels, then their outputs. */
TVMK_INLINE void tvmk_int16_short_channels(const tvmk_int16_window_t *l, int32_t first, int32_t depth, const int16_t *x0,
                                           const int16_t *x1, int16_t *out0, int16_t *out1, int32_t count) {
    int32_t waiting[2][TVMK_INT16_WAITING], part[4];
    for (int32_t from = first, end = first + l->group_out; from < end; from += TVMK_INT16_WAITING) {
        int32_t n = tvmk_min(end - from, TVMK_INT16_WAITING);
        const int8_t *w = (const int8_t *)l->weights + from * depth;
        if (count > 1) {
            for (int32_t c = 0; c < n; c += 2, w += 2 * depth) {
                tvmk_int16_two_by_two(w, c + 1 < n ? w + depth : w, x0, x1, depth, part);
                waiting[0][c] = part[0];
                waiting[1][c] = part[1];
                waiting[0][c + 1] = part[2];
                waiting[1][c + 1] = part[3];
            }
            tvmk_int16_finish_row(l, waiting[1], from, n, out1 + from);
        } else {
            for (int32_t c = 0; c < n; c += 4, w += 4 * depth) {
                /* Rows after the last are the first row. */
                const int8_t *rows[4] = {w, n - c > 1 ? w + depth : w, n - c > 2 ? w + 2 * depth : w, n - c > 3 ? w + 3 * depth : w};
                tvmk_int16_one_by_four(rows, x0, depth, waiting[0] + c);
            }
        }
        tvmk_int16_finish_row(l, waiting[0], from, n, out0 + from);
    }
}

/* One or two positions from p on. */
TVMK_INLINE void tvmk_int16_positions(const tvmk_int16_window_t *l, const int16_t *in, int32_t p, int32_t count, int16_t *out,
                                      int16_t *scratch, int form) {
    int32_t depth = (int32_t)l->window_height * l->window_width * l->group_in;
    for (int32_t from = 0, first = 0; from < l->in_channels; from += l->group_in, first += l->group_out) {
        const int16_t *x0 = in + p * l->in_channels, *x1 = count > 1 ? x0 + l->in_channels : x0;
        if (!l->pointwise) {
            x0 = scratch;
            x1 = count > 1 ? scratch + depth : scratch;
            tvmk_int16_column(l, in, p, from, scratch);
            if (count > 1) {
                tvmk_int16_column(l, in, p + 1, from, scratch + depth);
            }
        }
        if (form == TVMK_INT16_SHORT) {
            tvmk_int16_short_channels(l, first, depth, x0, x1, out, out + l->out_column, count);
        } else {
            tvmk_int16_wide_channels(l, first, depth, x0, x1, out, out + l->out_column, count, form);
        }
    }
}

#endif

#endif
