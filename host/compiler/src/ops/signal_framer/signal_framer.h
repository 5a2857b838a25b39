/* SignalFramer: overlapping frames of a stream, as soon as there are enough samples. Nothing may overlap. */
#ifndef TVMK_SIGNAL_FRAMER_H
#define TVMK_SIGNAL_FRAMER_H

#include "base.h"

typedef struct {
    int32_t frame, step;  /* samples of a frame, and from the start of one to that of the next */
    int32_t frames, rows; /* of one call */
    int32_t kept;         /* room in `past` for a row */
} tvmk_signal_framer_t;

/* `past` holds `*count` samples of each row that have not started a frame yet. Frames without enough samples are 0. */
TVMK_SHARED void tvmk_signal_framer(const tvmk_signal_framer_t *l, const int16_t *in, int16_t *out, uint8_t *valid,
                                    int16_t *past, int32_t *count) {
    int32_t have = *count;
    *valid = 1;
    for (int32_t row = 0; row < l->rows; row++, past += l->kept) {
        have = *count;
        for (int32_t n = 0; n < l->frames; n++, in += l->step, out += l->frame) {
            int32_t left = 0;
            if (have + l->step >= l->frame) {
                for (int32_t i = 0; i < l->frame; i++) {
                    out[i] = i < have ? past[i] : in[i - have];
                }
                left = have - tvmk_min(have, l->step);
                for (int32_t i = 0; i < left; i++) {
                    past[i] = past[l->step + i];
                }
                /* The number of samples kept does not change. */
                for (int32_t i = left; i < have; i++) {
                    past[i] = in[l->step - have + i];
                }
            } else {
                for (int32_t i = 0; i < l->frame; i++) {
                    out[i] = 0;
                }
                for (int32_t i = 0; i < l->step; i++) {
                    past[have + i] = in[i];
                }
                have += l->step;
                *valid = 0;
            }
        }
    }
    *count = have;
}

#endif
