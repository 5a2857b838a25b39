/* SignalOverlapAdd of float32: the sum of overlapping frames. Nothing may overlap. */
#ifndef TVMK_SIGNAL_OVERLAP_ADD_FLOAT_H
#define TVMK_SIGNAL_OVERLAP_ADD_FLOAT_H

#include "float_base.h"

/* `sums` holds a frame of each row. */
TVMK_SHARED void tvmk_signal_overlap_add_float(const float *in, float *out, float *sums, int32_t frame, int32_t step,
                                               int32_t frames, int32_t rows) {
    for (int32_t row = 0; row < rows; row++, sums += frame) {
        for (int32_t n = 0; n < frames; n++, in += frame, out += step) {
            for (int32_t i = 0; i < frame; i++) {
                const float sum = tvmk_float_result(sums[i] + in[i]);
                if (i < step) {
                    out[i] = sum;
                } else {
                    sums[i - step] = sum;
                }
            }
            for (int32_t i = frame - step; i < frame; i++) {
                sums[i] = 0.0f;
            }
        }
    }
}

#endif
