/* DEPTHWISE_CONV_2D on int8 with weights of int4, two in a byte: 16 · (second + 8) + first + 8, in the order that depthwise_conv_2d.h
 * reads bytes in. The weights of a few channels are unpacked into scratch memory, then its kernels run on these channels.
 */
#ifndef TVMK_DEPTHWISE_CONV_2D_INT4_H
#define TVMK_DEPTHWISE_CONV_2D_INT4_H

#include "depthwise_conv_2d.h"

/* Input channels computed at once; at the end up to twice as many, less one: MVE's kernels take blocks of eight output channels. */
enum { TVMK_DEPTHWISE_INT4_CHANNELS = 8 };

/* A kernel of depthwise_conv_2d.h. */
typedef void (*tvmk_depthwise_conv_2d_kernel_t)(const tvmk_depthwise_conv_2d_t *, const int8_t *, int8_t *, uint8_t *);

/* Bytes of the weights of this many input channels in scratch memory. */
TVMK_INLINE int32_t tvmk_depthwise_int4_bytes(const tvmk_depthwise_conv_2d_t *l, int32_t channels) {
    int32_t taps = (int32_t)l->window_height * l->window_width;
    int32_t made = channels * l->multiplier;
    /* Those for MVE are in blocks, with room after the last. */
    int32_t lanes = TVMK_MVE ? 2 * tvmk_min(l->in_channels, 4) : 1;
    return (made + lanes - 1) / lanes * lanes * taps + (TVMK_MVE ? 8 - lanes : 0);
}

/* Bytes of scratch memory on any core: that of the kernel, then weights for MVE, which take most. */
TVMK_INLINE int32_t tvmk_depthwise_conv_2d_int4_scratch(const tvmk_depthwise_conv_2d_t *l) {
    int32_t taps = (int32_t)l->window_height * l->window_width;
    int32_t lanes = 2 * tvmk_min(l->in_channels, 4);
    int32_t made = tvmk_min(l->in_channels, 2 * TVMK_DEPTHWISE_INT4_CHANNELS - 1) * l->multiplier;
    return tvmk_depthwise_conv_2d_scratch(l) + (made + lanes - 1) / lanes * lanes * taps + 8;
}

/* `table_words` is the number of words of a channel in the kernel's table. */
TVMK_INLINE void tvmk_depthwise_conv_2d_int4(const tvmk_depthwise_conv_2d_t *l, const int8_t *in, int8_t *out, uint8_t *scratch,
                                             tvmk_depthwise_conv_2d_kernel_t kernel, int32_t table_words) {
    tvmk_depthwise_conv_2d_t part = *l;
    const uint8_t *packed = (const uint8_t *)l->weights;
    int8_t *weights = (int8_t *)scratch + tvmk_depthwise_conv_2d_scratch(l);
    int32_t left = l->in_channels;
    part.weights = weights;
    while (left > 0) {
        int32_t count = left >= 2 * TVMK_DEPTHWISE_INT4_CHANNELS ? (int32_t)TVMK_DEPTHWISE_INT4_CHANNELS : left;
        int32_t bytes = tvmk_depthwise_int4_bytes(l, count);
        for (int32_t i = 0; i < bytes; i += 2, packed++) {
            weights[i] = (int8_t)((*packed & 15) - 8);
            weights[i + 1] = (int8_t)((*packed >> 4) - 8);
        }
        part.in_channels = (uint16_t)count;
        kernel(&part, in, out, scratch);
        in += count;
        out += count * l->multiplier;
        part.requant.table += count * l->multiplier * table_words;
        left -= count;
    }
}

#endif
