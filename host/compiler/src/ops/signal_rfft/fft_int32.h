/* Fourier transforms of int32: numbers below one, with 31 fractional bits. */
#ifndef TVMK_FFT_INT32_H
#define TVMK_FFT_INT32_H

#include "base.h"

#define TVMK_FFT_SCALAR int32_t
#define TVMK_FFT_WIDE int64_t
#define TVMK_FFT_NAME(name) tvmk_##name##_int32
#define TVMK_FFT_TIMES(a, b) ((int64_t)(int32_t)(a) * (b))
#define TVMK_FFT_ROUND(x) (((x) + INT32_C(0x40000000)) >> 31)
#define TVMK_FFT_SHARE(x, parts) (((int64_t)(int32_t)(x) * (INT32_C(0x7fffffff) / (parts)) + INT32_C(0x40000000)) >> 31)
#define TVMK_FFT_HALF(x) ((int64_t)((int32_t)(x) >> 1))
#define TVMK_FFT_WRAP(x) ((int64_t)(int32_t)(x))
#define TVMK_FFT_STORED(x) ((int32_t)(x))

#include "fft_stages.h"

#endif
