/* SignalWindow: samples times a window that is repeated over them, shifted to the right. The output may overwrite the input. */
#ifndef TVMK_SIGNAL_WINDOW_H
#define TVMK_SIGNAL_WINDOW_H

#include "base.h"

TVMK_SHARED void tvmk_signal_window(const int16_t *in, const int16_t *window, int16_t *out, int32_t length, int32_t repeats,
                                    int32_t shift) {
    for (int32_t n = 0; n < repeats; n++, in += length, out += length) {
        for (int32_t i = 0; i < length; i++) {
            out[i] = (int16_t)tvmk_clamp((int32_t)in[i] * window[i] >> shift, -32768, 32767);
        }
    }
}

#endif
