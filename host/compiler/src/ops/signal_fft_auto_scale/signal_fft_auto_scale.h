/* SignalFftAutoScale: samples shifted to the left until the largest fills 15 bits. The output may overwrite the input. */
#ifndef TVMK_SIGNAL_FFT_AUTO_SCALE_H
#define TVMK_SIGNAL_FFT_AUTO_SCALE_H

#include "base.h"

TVMK_SHARED void tvmk_signal_fft_auto_scale(const int16_t *in, int16_t *out, int32_t *bits, int32_t count) {
    int32_t largest = 0, shift = 0;
    for (int32_t i = 0; i < count; i++) {
        const int32_t x = in[i];
        if (x > largest) {
            largest = x;
        } else if (-x > largest) {
            /* In the reference -32768 stays negative, and the numbers after it are larger. */
            largest = x == -32768 ? x : -x;
        }
    }
    if (largest > 0) {
        while (largest < 0x4000) {
            largest *= 2;
            shift++;
        }
    }
    *bits = shift;
    for (int32_t i = 0; i < count; i++) {
        out[i] = (int16_t)((uint32_t)(int32_t)in[i] << shift);
    }
}

#endif
