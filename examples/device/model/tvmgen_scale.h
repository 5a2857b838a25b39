/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a model as a compiler that is built on TVM writes it: one operator on a device called "scaler". */
#ifndef TVMGEN_SCALE_H_
#define TVMGEN_SCALE_H_
#include <stdint.h>

/*!
 * \brief Input tensor x size (in bytes) for TVM module "scale"
 */
#define TVMGEN_SCALE_X_SIZE 4
/*!
 * \brief Output tensor y size (in bytes) for TVM module "scale"
 */
#define TVMGEN_SCALE_Y_SIZE 4

struct tvmgen_scale_inputs {
  void *x;
};

struct tvmgen_scale_outputs {
  void *y;
};

struct tvmgen_scale_devices {
  void *scaler;
};

int32_t tvmgen_scale_run(struct tvmgen_scale_inputs *inputs, struct tvmgen_scale_outputs *outputs, struct tvmgen_scale_devices *devices);

#endif
