/* SPDX-License-Identifier: Apache-2.0 */
/* Models written by hand, with descriptors as the generator writes them; `fake` records what a test needs to know. */
#ifndef FAKE_H
#define FAKE_H

#include "tvm_embedded.h"

/* The arguments that the entry of a fake model got, and what it must return. */
typedef struct Fake {
  unsigned runs;
  unsigned resets;
  const void *inputs;
  const void *outputs;
  const TVMContext *context;
  int32_t answer;
} Fake;
extern Fake fake;

enum {
  FAKE_BYTES = 24,     /* of each int8 tensor */
  FAKE_FLOATS = 3,     /* of each float tensor */
  FAKE_ALIGNMENT = 16, /* of workspaces */
  FAKE_WORKSPACE = 40, /* bytes of a workspace, aligned */
  FAKE_BUFFER = FAKE_WORKSPACE + FAKE_ALIGNMENT - 1,
  FAKE_STATE = 4,   /* a count of runs, and three times */
  FAKE_MARK = 0xA5, /* what a reset leaves there */
  FAKE_WEIGHTS = 8,
  FAKE_WEIGHTS_ALIGNMENT = 8
};

/* One int8 input x, one int8 output y, one workspace: y = x + 1, through all bytes of the workspace. */
typedef struct TVMInputs_plain {
  const int8_t *x;
} TVMInputs_plain;
typedef struct TVMOutputs_plain {
  int8_t *y;
} TVMOutputs_plain;
typedef struct TVMWorkspaces_plain {
  void *sram;
} TVMWorkspaces_plain;
extern const TVMModel plain;
/* The same model without TVM_MODEL_PLAIN: all its calls use the full checks. */
extern const TVMModel careful;

/* Two inputs (int8, float), two outputs, two workspaces (the second is state), two parameters (the first is carried by
 * the model), two devices. */
typedef struct TVMInputs_full {
  const int8_t *image;
  const float *vector;
} TVMInputs_full;
typedef struct TVMOutputs_full {
  int8_t *image;
  float *vector;
} TVMOutputs_full;
typedef struct TVMWorkspaces_full {
  void *sram;
  void *state;
} TVMWorkspaces_full;
typedef struct TVMParameters_full {
  const void *carried;
  const void *weights;
} TVMParameters_full;
typedef struct TVMDevices_full {
  void *npu;
  void *dsp;
} TVMDevices_full;
extern const TVMModel full;

/* Input and output inside the one workspace, at bytes 8 and 16: y = x * 2. */
typedef struct TVMInputs_inside {
  const int8_t *x;
} TVMInputs_inside;
typedef struct TVMOutputs_inside {
  int8_t *y;
} TVMOutputs_inside;
enum { INSIDE_X = 8, INSIDE_Y = 16, INSIDE_BYTES = 8, INSIDE_WORKSPACE = 32 };
extern const TVMModel inside;

/* Brings all its memory: no workspace, no parameters, no devices; it can be busy. Calls `alone_callback`, if any, while it
 * runs. y = -x. */
typedef TVMInputs_plain TVMInputs_alone;
typedef TVMOutputs_plain TVMOutputs_alone;
extern const TVMModel alone;
extern void (*alone_callback)(void);

/* One parameter, which the model carries (one) or the user brings (brought), and no workspace. y = x + first weight. */
extern const TVMModel one;
extern const TVMModel brought;
extern const int8_t one_weights[FAKE_WEIGHTS];

/* One device, no workspace; only size and type of its tensors are known. */
extern const TVMModel device;

#endif
