/* SignalDelay: the samples, delayed by a number of samples. Nothing may overlap. */
#ifndef TVMK_SIGNAL_DELAY_H
#define TVMK_SIGNAL_DELAY_H

#include "base.h"

/* `past` holds the last `delay` samples of each row. */
TVMK_SHARED void tvmk_signal_delay(const int16_t *in, int16_t *out, int16_t *past, int32_t frame, int32_t delay, int32_t rows) {
    const int32_t early = tvmk_min(frame, delay), late = frame - early;
    for (int32_t row = 0; row < rows; row++, in += frame, out += frame, past += delay) {
        for (int32_t i = 0; i < early; i++) {
            out[i] = past[i];
        }
        for (int32_t i = 0; i < late; i++) {
            out[early + i] = in[i];
        }
        for (int32_t i = 0; i < delay - early; i++) {
            past[i] = past[early + i];
        }
        for (int32_t i = 0; i < early; i++) {
            past[delay - early + i] = in[late + i];
        }
    }
}

#endif
