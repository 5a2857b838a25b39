/* Fourier transforms of int16: numbers below one, with 15 fractional bits. */
#ifndef TVMK_FFT_INT16_H
#define TVMK_FFT_INT16_H

#include "base.h"

#define TVMK_FFT_SCALAR int16_t
#define TVMK_FFT_WIDE int32_t
#define TVMK_FFT_NAME(name) tvmk_##name##_int16
#define TVMK_FFT_TIMES(a, b) ((a) * (int32_t)(b))
#define TVMK_FFT_ROUND(x) (((x) + 0x4000) >> 15)
#define TVMK_FFT_SHARE(x, parts) ((((int32_t)(x)) * (32767 / (parts)) + 0x4000) >> 15)
#define TVMK_FFT_HALF(x) ((x) >> 1)
#define TVMK_FFT_WRAP(x) ((int32_t)(int16_t)(x))
#define TVMK_FFT_STORED(x) ((int16_t)(x))

#include "fft_stages.h"

#endif
