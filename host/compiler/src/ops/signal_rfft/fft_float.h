/* Fourier transforms of float32. */
#ifndef TVMK_FFT_FLOAT_H
#define TVMK_FFT_FLOAT_H

#include "float_base.h"

#define TVMK_FFT_SCALAR float
#define TVMK_FFT_WIDE float
#define TVMK_FFT_NAME(name) tvmk_##name##_float
#define TVMK_FFT_TIMES(a, b) tvmk_exact((a) * (b))
#define TVMK_FFT_ROUND(x) (x)
#define TVMK_FFT_SHARE(x, parts) ((void)(parts), (x))
#define TVMK_FFT_HALF(x) tvmk_exact((x)*0.5f)
#define TVMK_FFT_WRAP(x) (x)
#define TVMK_FFT_STORED(x) tvmk_float_result(x)

#include "fft_stages.h"

/* The division after the inverse: each of `count` samples is that many times too large. */
TVMK_SHARED void tvmk_fft_divide(float *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_float_result(out[i] / (float)count);
    }
}

#endif
