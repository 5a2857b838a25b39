/* DEPTHWISE_CONV_2D on int8 where one window is the whole input, as in streaming models that use the last few frames.
 * Weights [tap][channel] as in the file: input and weights are read in the same order. No scratch; the output may overwrite the input's start.
 */
#ifndef TVMK_DEPTHWISE_WHOLE_H
#define TVMK_DEPTHWISE_WHOLE_H

#include "depthwise_whole_portable.h"
#include "depthwise_whole_dsp.h"
#include "depthwise_whole_mve.h"

TVMK_SHARED void tvmk_depthwise_whole(const tvmk_depthwise_whole_t *layer, const int8_t *in, int8_t *out) {
    /* A copy: the C compiler must assume that outputs overwrite *layer. */
    const tvmk_depthwise_whole_t l = *layer;
    tvmk_depthwise_whole_layer(&l, in, out);
}

#endif
