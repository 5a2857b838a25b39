/* SignalFilterBankSpectralSubtraction: subtracts an estimate of the noise, which follows the signal slowly, from each channel. The output
 * may overwrite the input. */
#ifndef TVMK_SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION_H
#define TVMK_SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION_H

#include "base.h"

typedef struct {
    uint32_t smoothing[2],
        kept[2];        /* of channels with an even and an odd number: weights of the signal and of the old estimate */
    uint32_t remaining; /* the least that is left of a channel */
    int32_t bits;       /* fractional bits of all these */
    int32_t noise_bits; /* fractional bits of the estimate */
    int32_t clamped;    /* 1 if the estimate never stays above the signal */
    int32_t channels;
} tvmk_signal_spectral_subtraction_t;

TVMK_SHARED void tvmk_signal_spectral_subtraction(const tvmk_signal_spectral_subtraction_t *l, const uint32_t *in,
                                                  uint32_t *out, uint32_t *estimate, uint32_t *noise) {
    for (int32_t i = 0; i < l->channels; i++) {
        const uint32_t x = in[i], scaled = x << l->noise_bits;
        const uint64_t sum = (uint64_t)scaled * l->smoothing[i & 1] + (uint64_t)noise[i] * l->kept[i & 1];
        uint32_t taken = (uint32_t)(sum >> l->bits);
        noise[i] = taken;
        if (taken > scaled) {
            taken = scaled;
            if (l->clamped) {
                noise[i] = taken;
            }
        }
        const uint32_t least = (uint32_t)(((uint64_t)x * l->remaining) >> l->bits);
        const uint32_t left = (scaled - taken) >> l->noise_bits;
        out[i] = left > least ? left : least;
        estimate[i] = noise[i];
    }
}

#endif
