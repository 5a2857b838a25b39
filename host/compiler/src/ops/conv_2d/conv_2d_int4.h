/* CONV_2D on int8 with weights of int4 (int4.h): the core's best code, under the names that layers call. */
#ifndef TVMK_CONV_2D_INT4_H
#define TVMK_CONV_2D_INT4_H

#include "conv_2d_int4_dsp.h"
#include "conv_2d_int4_mve.h"
#include "conv_2d_int4_portable.h"

#endif
