/* SignalOverlapAdd: the sum of overlapping frames. Nothing may overlap. */
#ifndef TVMK_SIGNAL_OVERLAP_ADD_H
#define TVMK_SIGNAL_OVERLAP_ADD_H

#include "base.h"

/* `sums` holds a frame of each row. */
TVMK_SHARED void tvmk_signal_overlap_add(const int16_t *in, int16_t *out, int16_t *sums, int32_t frame, int32_t step,
                                         int32_t frames, int32_t rows) {
    for (int32_t row = 0; row < rows; row++, sums += frame) {
        for (int32_t n = 0; n < frames; n++, in += frame, out += step) {
            for (int32_t i = 0; i < frame; i++) {
                const int16_t sum = (int16_t)tvmk_clamp((int32_t)sums[i] + in[i], -32768, 32767);
                if (i < step) {
                    out[i] = sum;
                } else {
                    sums[i - step] = sum;
                }
            }
            for (int32_t i = frame - step; i < frame; i++) {
                sums[i] = 0;
            }
        }
    }
}

#endif
