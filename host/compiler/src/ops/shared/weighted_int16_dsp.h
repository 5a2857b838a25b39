/* Convolutions on int16 with the DSP extension: four positions by two channels, or one position by four channels.
 *
 * Weights: of each two channels of a group, and each two elements of their windows, the bytes first, second, first, second; elements
 * left over are 0. Scratch: four columns of an even length, or one if there is one position. */
#ifndef TVMK_WEIGHTED_INT16_DSP_H
#define TVMK_WEIGHTED_INT16_DSP_H

#include "window_int16.h"
#include "dsp_tile_int16.h"

#if TVMK_DSP

enum { TVMK_INT16_POSITIONS = 4 };

TVMK_INLINE void tvmk_int16_copy_pair(int16_t *to, const int16_t *from) {
    int32_t pair = tvmk_load_pair(from);
    memcpy(__builtin_assume_aligned(to, 4), &pair, 4);
}

/* n elements from `from`, or zeros if it is null, to the elements from k on of one of four columns side by side. */
TVMK_INLINE void tvmk_int16_spread(int16_t *column, int32_t k, const int16_t *from, int32_t n) {
    int16_t *to = column + (k >> 1) * 8;
    if ((k & 1) && n > 0) {
        to[1] = from ? *from++ : 0;
        to += 8;
        n--;
    }
    if (!from) {
        for (; n > 0; n -= 2, to += 8) {
            to[0] = 0;
            to[1] = 0;
        }
        return;
    }
    for (; n >= 8; n -= 8, from += 8, to += 32) {
        tvmk_int16_copy_pair(to, from);
        tvmk_int16_copy_pair(to + 8, from + 2);
        tvmk_int16_copy_pair(to + 16, from + 4);
        tvmk_int16_copy_pair(to + 24, from + 6);
    }
    for (; n >= 2; n -= 2, from += 2, to += 8) {
        tvmk_int16_copy_pair(to, from);
    }
    if (n > 0) {
        to[0] = *from;
    }
}

/* The windows of `count` positions as columns side by side: [pair of elements][position]. */
TVMK_SHARED void tvmk_int16_columns(const tvmk_int16_window_t *l, const int16_t *in, int32_t position, int32_t count,
                                    int32_t first, int16_t *columns) {
    int32_t n = l->group_in, pixel = l->in_channels;
    for (int32_t i = 0; i < count; i++, position++, columns += 2) {
        int32_t oy = position / l->out_width, ox = position % l->out_width, k = 0;
        int32_t y = oy * l->stride_height - l->pad_top, left = ox * l->stride_width - l->pad_left;
        for (int32_t ky = 0; ky < l->window_height; ky++, y += l->dilation_height) {
            int inside = y >= 0 && y < l->in_height;
            const int16_t *row = in + y * l->in_width * pixel + first;
            if (inside && n == pixel && l->dilation_width == 1 && left >= 0 && left + l->window_width <= l->in_width) {
                tvmk_int16_spread(columns, k, row + left * pixel, l->window_width * n);
                k += l->window_width * n;
                continue;
            }
            for (int32_t kx = 0, x = left; kx < l->window_width; kx++, x += l->dilation_width, k += n) {
                tvmk_int16_spread(columns, k, inside && x >= 0 && x < l->in_width ? row + x * pixel : 0, n);
            }
        }
    }
}

/* The sums of two channels at four positions in the order of `tvmk_int16_tile_sums`, in 64 bits if 32 may not be enough. */
TVMK_INLINE void tvmk_int16_eight(tvmk_int16_tile_t t, int64_t *sums, int form) {
    int32_t part[8], pairs = t.pairs;
    for (int32_t i = 0; i < 8; i++) {
        sums[i] = 0;
    }
    for (; pairs > 0; pairs -= t.pairs, t.weights += 4 * t.pairs, t.columns += 8 * t.pairs) {
        t.pairs = form == TVMK_INT16_WIDE ? tvmk_min(pairs, TVMK_INT16_BLOCK / 2) : pairs;
        tvmk_int16_tile_sums(part, &t);
        for (int32_t i = 0; i < 8; i++) {
            sums[i] += part[i];
        }
    }
}

/* Clamps `channels` outputs at four positions if the layer's range is not that of the type. */
TVMK_INLINE void tvmk_int16_clamp_four(const tvmk_int16_window_t *l, int16_t *out, int32_t channels) {
    int32_t low = l->low, high = l->high;
    if (low == INT16_MIN && high == INT16_MAX) {
        return;
    }
    for (int32_t i = 0; i < 4; i++, out += l->out_column) {
        for (int32_t c = 0; c < channels; c++) {
            out[c] = (int16_t)tvmk_clamp(out[c], low, high);
        }
    }
}

/* One group at up to four positions, whose columns are side by side; `first` is its first output channel. */
TVMK_INLINE void tvmk_int16_group(const tvmk_int16_window_t *l, const int8_t *weights, int32_t first, int32_t pairs,
                                  const int16_t *columns, int32_t count, int16_t *out, int form) {
    int32_t channels = l->group_out, c = 0;
    tvmk_int16_tile_t t = {.weights = weights,
                           .table = l->table + 2 * first,
                           .columns = columns,
                           .pairs = pairs,
                           .channel_pairs = channels >> 1,
                           .step = 2 * l->out_column};
    if (form == TVMK_INT16_SHORT && count == 4 && channels > 1) {
        tvmk_int16_tile(out, &t);
        c = channels & ~1;
        tvmk_int16_clamp_four(l, out, c);
        t.weights += 2 * c * pairs;
    }
    t.channel_pairs = 1;
    for (; c < channels; c += 2, t.weights += 4 * pairs) {
        int64_t sums[8];
        tvmk_int16_eight(t, sums, form);
        for (int32_t i = 0; i < count; i++) {
            out[i * l->out_column + c] = tvmk_int16_finish(l, sums[i], first + c, form);
            if (c + 1 < channels) {
                out[i * l->out_column + c + 1] = tvmk_int16_finish(l, sums[4 + i], first + c + 1, form);
            }
        }
    }
}

/* One pair of activations times two channels from w0 and two from w1. */
#define TVMK_INT16_PAIR_BY_FOUR          \
    "ldr %[x2], [%[x]], #4\n"            \
    "ldr %[even], [%[w0]], #4\n"         \
    "sxtb16 %[odd], %[even], ror #8\n"   \
    "sxtb16 %[even], %[even]\n"          \
    "smlad %[a], %[x2], %[even], %[a]\n" \
    "smlad %[b], %[x2], %[odd], %[b]\n"  \
    "ldr %[even], [%[w1]], #4\n"         \
    "sxtb16 %[odd], %[even], ror #8\n"   \
    "sxtb16 %[even], %[even]\n"          \
    "smlad %[c], %[x2], %[even], %[c]\n" \
    "smlad %[d], %[x2], %[odd], %[d]\n"

/* The products of n elements of one column with four channels, two from w0 and two from w1. */
TVMK_INLINE void tvmk_int16_products(const int8_t *w0, const int8_t *w1, const int16_t *x, int32_t n, int32_t *sums) {
    int32_t a = 0, b = 0, c = 0, d = 0;
/* The loop needs eleven registers, which are not available without optimisation. */
#if defined(__ARM_FEATURE_UNALIGNED) && defined(__OPTIMIZE__)
    if (n >= 8) {
        int32_t eights = n >> 3, x2, even, odd;
        __asm__ volatile("1:\n" TVMK_INT16_PAIR_BY_FOUR TVMK_INT16_PAIR_BY_FOUR TVMK_INT16_PAIR_BY_FOUR TVMK_INT16_PAIR_BY_FOUR
                         "subs %[n], %[n], #1\n"
                         "bne 1b\n"
                         : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w0] "+r"(w0), [w1] "+r"(w1), [x] "+r"(x),
                           [n] "+r"(eights), [x2] "=&r"(x2), [even] "=&r"(even), [odd] "=&r"(odd)
                         :
                         : "cc", "memory");
        n &= 7;
    }
#endif
    for (; n >= 2; n -= 2, w0 += 4, w1 += 4, x += 2) {
        int32_t two = tvmk_load_pair(x);
        uint32_t first = tvmk_load4(w0), second = tvmk_load4(w1);
        a = tvmk_mla2(two, tvmk_widen_even(first), a);
        b = tvmk_mla2(two, tvmk_widen_odd(first), b);
        c = tvmk_mla2(two, tvmk_widen_even(second), c);
        d = tvmk_mla2(two, tvmk_widen_odd(second), d);
    }
    if (n > 0) {
        a += (int32_t)x[0] * w0[0];
        b += (int32_t)x[0] * w0[1];
        c += (int32_t)x[0] * w1[0];
        d += (int32_t)x[0] * w1[1];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#undef TVMK_INT16_PAIR_BY_FOUR

/* One group at one position. */
TVMK_INLINE void tvmk_int16_single(const tvmk_int16_window_t *l, const int8_t *weights, int32_t first, int32_t depth,
                                   const int16_t *x, int16_t *out, int form) {
    int32_t channels = l->group_out, bytes = 4 * ((depth + 1) >> 1);
    for (int32_t c = 0; c < channels; c += 4, weights += 2 * bytes) {
        const int8_t *w0 = weights, *w1 = c + 2 < channels ? weights + bytes : weights;
        int64_t sums[4] = {0, 0, 0, 0};
        for (int32_t k = 0; k < depth; k += TVMK_INT16_BLOCK) {
            int32_t part[4], n = form == TVMK_INT16_WIDE ? tvmk_min(depth - k, TVMK_INT16_BLOCK) : depth;
            tvmk_int16_products(w0 + 2 * k, w1 + 2 * k, x + k, n, part);
            for (int32_t i = 0; i < 4; i++) {
                sums[i] += part[i];
            }
            if (form != TVMK_INT16_WIDE) {
                break;
            }
        }
        for (int32_t i = 0; i < 4 && c + i < channels; i++) {
            out[c + i] = tvmk_int16_finish(l, sums[i], first + c + i, form);
        }
    }
}

/* One to four positions from p on. */
TVMK_INLINE void tvmk_int16_positions(const tvmk_int16_window_t *l, const int16_t *in, int32_t p, int32_t count, int16_t *out,
                                      int16_t *scratch, int form) {
    int32_t depth = (int32_t)l->window_height * l->window_width * l->group_in, pairs = (depth + 1) >> 1;
    const int8_t *weights = (const int8_t *)l->weights;
    for (int32_t from = 0, first = 0; from < l->in_channels; from += l->group_in, first += l->group_out) {
        if (count > 1) {
            tvmk_int16_columns(l, in, p, count, from, scratch);
            tvmk_int16_group(l, weights, first, pairs, scratch, count, out + first, form);
        } else {
            const int16_t *x = in + p * l->in_channels;
            if (!l->pointwise) {
                tvmk_int16_column(l, in, p, from, scratch);
                x = scratch;
            }
            tvmk_int16_single(l, weights, first, depth, x, out + first, form);
        }
        weights += 4 * pairs * ((l->group_out + 1) >> 1);
    }
}

#endif

#endif
