/* SignalStacker: the channels of adjacent frames side by side, once every `step` frames. Nothing may overlap. */
#ifndef TVMK_SIGNAL_STACKER_H
#define TVMK_SIGNAL_STACKER_H

#include "base.h"

typedef struct {
    int32_t channels;
    int32_t frames; /* side by side */
    int32_t before; /* how many times the first frame is repeated before itself */
    int32_t step;   /* frames from the start of one output to that of the next */
} tvmk_signal_stacker_t;

/* `past` holds `count[0]` frames; `count[1]` is 0 before the first frame. An output that is not valid is 0. */
TVMK_SHARED void tvmk_signal_stacker(const tvmk_signal_stacker_t *l, const int16_t *in, int16_t *out, uint8_t *valid,
                                     int16_t *past, int32_t *count) {
    const size_t bytes = (size_t)l->channels * sizeof *in;
    int32_t have = count[0];
    if (count[1] == 0) {
        for (have = 0; have < l->before; have++) {
            memcpy(past + have * l->channels, in, bytes);
        }
        count[1] = 1;
    }
    if (have + 1 >= l->frames) {
        const int32_t left = have + 1 - l->step;
        memcpy(out, past, (size_t)have * bytes);
        memcpy(out + have * l->channels, in, bytes);
        if (left > 0) {
            memmove(past, past + l->step * l->channels, (size_t)(left - 1) * bytes);
            memcpy(past + (left - 1) * l->channels, in, bytes);
        }
        have = left;
        *valid = 1;
    } else {
        memset(out, 0, (size_t)l->frames * bytes);
        memcpy(past + have * l->channels, in, bytes);
        have++;
        *valid = 0;
    }
    count[0] = have;
}

#endif
