/* SignalEnergy: squared magnitudes of some of the bins of a spectrum, 0 for the others. Nothing may overlap. */
#ifndef TVMK_SIGNAL_ENERGY_H
#define TVMK_SIGNAL_ENERGY_H

#include "base.h"

TVMK_SHARED void tvmk_signal_energy(const int16_t *in, uint32_t *out, int32_t start, int32_t end, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = 0;
        if (i >= start && i < end) {
            const int32_t re = in[2 * i], im = in[2 * i + 1];
            out[i] = (uint32_t)(re * re) + (uint32_t)(im * im);
        }
    }
}

#endif
