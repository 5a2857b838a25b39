/* SQRT on int16: in float32, truncated to a step of the output. The output may overwrite the input. */
#ifndef TVMK_SQRT_INT16_H
#define TVMK_SQRT_INT16_H

#include "float_math.h"

/* -1 at the first input below 0; the rest of `out` is not changed. */
TVMK_SHARED int32_t tvmk_sqrt_int16(const int16_t *in, int16_t *out, int32_t count, float in_scale, float out_scale) {
    for (int32_t i = 0; i < count; i++) {
        if (in[i] < 0) {
            return -1;
        }
        float steps = tvmk_square_root(tvmk_exact(in_scale * (float)in[i])) / out_scale;
        steps = tvmk_exact(steps);
        out[i] = steps < 32767.0f ? (int16_t)steps : INT16_MAX;
    }
    return 0;
}

#endif
