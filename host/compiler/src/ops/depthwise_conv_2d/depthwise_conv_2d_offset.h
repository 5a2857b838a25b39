/* DEPTHWISE_CONV_2D on int8 whose weights have a zero point, as models of uint8 have them: the kernels of depthwise_conv_2d.h, which take the
 * weights less that. The core's best code, under the names that layers call. */
#ifndef TVMK_DEPTHWISE_CONV_2D_OFFSET_H
#define TVMK_DEPTHWISE_CONV_2D_OFFSET_H

#include "depthwise_conv_2d_offset_portable.h"
#include "depthwise_conv_2d_offset_dsp.h"
#include "depthwise_conv_2d_offset_mve.h"

#endif
