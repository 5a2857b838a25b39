/* SignalPCAN: gain by a curve over the noise, then a compression. The output may overwrite the input. */
#ifndef TVMK_SIGNAL_PCAN_H
#define TVMK_SIGNAL_PCAN_H

#include "base.h"

/* The curve at x: 0, 1 and 2 have values of their own; from there each power of two has a parabola in four words: its start, slope
 * and curvature. */
TVMK_INLINE int32_t tvmk_signal_pcan_gain(uint32_t x, const int16_t *curve) {
    int32_t bits = 0, fraction, y;
    if (x <= 2) {
        return curve[x];
    }
    for (uint32_t rest = x; rest > 0; rest >>= 1) {
        bits++;
    }
    curve += 4 * bits - 6;
    fraction = (int32_t)((bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3ffu);
    y = ((int32_t)curve[2] * fraction >> 5) + (int32_t)curve[1] * 32;
    y = (y * fraction + 0x4000) >> 15;
    return (int16_t)(y + curve[0]);
}

TVMK_SHARED void tvmk_signal_pcan(const uint32_t *in, const uint32_t *noise, const int16_t *curve, uint32_t *out,
                                  int32_t channels, int32_t shift) {
    for (int32_t i = 0; i < channels; i++) {
        const uint32_t gain = (uint32_t)tvmk_signal_pcan_gain(noise[i], curve);
        /* 12 fractional bits; the output has 6. A square below 2, a line above. */
        const uint32_t x = (uint32_t)(((uint64_t)in[i] * gain) >> shift);
        out[i] = x < 0x2000u ? (x * x) >> 20 : (x >> 6) - 64u;
    }
}

#endif
