/* SignalFilterBankSquareRoot: square roots to the nearest whole number, shifted to the right. Nothing may overlap. */
#ifndef TVMK_SIGNAL_FILTER_BANK_SQUARE_ROOT_H
#define TVMK_SIGNAL_FILTER_BANK_SQUARE_ROOT_H

#include "base.h"

/* Bit by bit; `bit` is a power of 4 not above x. Up to the largest root, `top`. */
#define TVMK_SIGNAL_ROOT(name, type)                                       \
    TVMK_INLINE type tvmk_signal_root_##name(type x, type bit, type top) { \
        type root = 0;                                                     \
        for (; bit > 0; bit >>= 2) {                                       \
            if (x >= root + bit) {                                         \
                x -= root + bit;                                           \
                root = (root >> 1) + bit;                                  \
            } else {                                                       \
                root >>= 1;                                                \
            }                                                              \
        }                                                                  \
        return x > root && root != top ? root + 1 : root;                  \
    }

TVMK_SIGNAL_ROOT(32, uint32_t)
TVMK_SIGNAL_ROOT(64, uint64_t)

/* As in the reference, roots of 32-bit numbers stay below 2^16. */
TVMK_SHARED uint32_t tvmk_signal_root(uint64_t x) {
    const uint32_t high = (uint32_t)(x >> 32);
    uint32_t word = high > 0 ? high : (uint32_t)x, bit = UINT32_C(1) << 30;
    while (bit > word) {
        bit >>= 2;
    }
    if (high == 0) {
        return tvmk_signal_root_32(word, bit, 0xffffu);
    }
    return (uint32_t)tvmk_signal_root_64(x, (uint64_t)bit << 32, UINT32_C(0xffffffff));
}

/* -1 if the shift is out of range of a uint32. */
TVMK_SHARED int32_t tvmk_signal_filter_bank_square_root(const uint64_t *in, const int32_t *shift, uint32_t *out,
                                                        int32_t channels) {
    if (*shift < 0 || *shift > 31) {
        return -1;
    }
    for (int32_t i = 0; i < channels; i++) {
        out[i] = tvmk_signal_root(in[i]) >> *shift;
    }
    return 0;
}

#endif
