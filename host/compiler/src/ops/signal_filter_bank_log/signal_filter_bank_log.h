/* SignalFilterBankLog: natural logarithms of whole numbers, by a table. */
#ifndef TVMK_SIGNAL_FILTER_BANK_LOG_H
#define TVMK_SIGNAL_FILTER_BANK_LOG_H

#include "base.h"

/* log2(1 + i / 128) - i / 128, with 16 fractional bits. */
static const uint16_t tvmk_signal_log_table[129] = {
    0,    224,  442,  654,  861,  1063, 1259, 1450, 1636, 1817, 1992, 2163, 2329, 2490, 2646, 2797, 2944, 3087, 3224,
    3358, 3487, 3611, 3732, 3848, 3960, 4068, 4172, 4272, 4368, 4460, 4549, 4633, 4714, 4791, 4864, 4934, 5001, 5063,
    5123, 5178, 5231, 5280, 5326, 5368, 5408, 5444, 5477, 5507, 5533, 5557, 5578, 5595, 5610, 5622, 5631, 5637, 5640,
    5641, 5638, 5633, 5626, 5615, 5602, 5586, 5568, 5547, 5524, 5498, 5470, 5439, 5406, 5370, 5332, 5291, 5249, 5203,
    5156, 5106, 5054, 5000, 4944, 4885, 4825, 4762, 4697, 4630, 4561, 4490, 4416, 4341, 4264, 4184, 4103, 4020, 3935,
    3848, 3759, 3668, 3575, 3481, 3384, 3286, 3186, 3084, 2981, 2875, 2768, 2659, 2549, 2437, 2323, 2207, 2090, 1971,
    1851, 1729, 1605, 1480, 1353, 1224, 1094, 963,  830,  695,  559,  421,  282,  142,  0,
};

/* The logarithm of x > 1 times `scale`. */
TVMK_INLINE uint32_t tvmk_signal_log(uint32_t x, uint32_t scale) {
    uint32_t whole = 31, fraction, logarithm;
    int32_t low, high;
    while (!(x >> whole & 1u)) {
        whole--;
    }
    x -= UINT32_C(1) << whole;
    fraction = whole < 16 ? x << (16 - whole) : x >> (whole - 16);
    low = (int32_t)tvmk_signal_log_table[fraction >> 9];
    high = (int32_t)tvmk_signal_log_table[(fraction >> 9) + 1];
    low += ((high - low) * (int32_t)(fraction & 0x1ffu)) >> 16;
    logarithm = (whole << 16) + fraction + (uint32_t)low;
    /* 45426 is the logarithm of 2, with 16 fractional bits. */
    logarithm = (uint32_t)(((uint64_t)logarithm * 45426u + 0x8000u) >> 16);
    return (scale * logarithm + 0x8000u) >> 16;
}

TVMK_SHARED void tvmk_signal_filter_bank_log(const uint32_t *in, int16_t *out, int32_t channels, uint32_t scale,
                                             int32_t shift) {
    for (int32_t i = 0; i < channels; i++) {
        const uint32_t x = in[i] << shift, y = x > 1 ? tvmk_signal_log(x, scale) : 0;
        out[i] = (int16_t)(y < 32767u ? y : 32767u);
    }
}

#endif
