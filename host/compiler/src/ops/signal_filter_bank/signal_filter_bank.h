/* SignalFilterBank: overlapping triangles over a spectrum. Each bin is added to a channel with its weight, and to the next one with
 * the rest of the weight. Nothing may overlap. */
#ifndef TVMK_SIGNAL_FILTER_BANK_H
#define TVMK_SIGNAL_FILTER_BANK_H

#include "base.h"

/* For each of channels + 1 ranges of bins, the first of which belongs to no channel: the start of its bins and weights, and their number. */
TVMK_SHARED void tvmk_signal_filter_bank(const uint32_t *in, uint64_t *out, const int16_t *weights, const int16_t *unweights,
                                         const int16_t *ranges, int32_t channels) {
    uint64_t carried = 0;
    for (int32_t i = 0; i <= channels; i++, ranges += 3) {
        const uint32_t *bins = in + ranges[0];
        const int16_t *up = weights + ranges[1], *down = unweights + ranges[1];
        uint64_t sum = carried;
        carried = 0;
        for (int32_t j = 0; j < ranges[2]; j++) {
            sum += (uint64_t)((int64_t)bins[j] * up[j]);
            carried += (uint64_t)((int64_t)bins[j] * down[j]);
        }
        if (i > 0) {
            out[i - 1] = sum;
        }
    }
}

#endif
