/* CONV_2D on int8 whose weights have a zero point: the core's best code, under the name that layers call. */
#ifndef TVMK_CONV_2D_OFFSET_H
#define TVMK_CONV_2D_OFFSET_H

#include "conv_2d_offset_portable.h"
#include "conv_2d_offset_dsp.h"
#include "conv_2d_offset_mve.h"

#endif
