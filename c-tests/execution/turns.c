/* SPDX-License-Identifier: Apache-2.0 */
/* Two instances in turn, a thousand times: each has its own state, each call runs the model once with its arguments,
 * and the bytes are those of a single instance. A call that fails in between changes nothing. */
#include "../check.h"
#include "fake.h"

enum { RUNS = 1000, INSTANCES = 2 };

typedef struct Instance {
  uint8_t sram[FAKE_BUFFER];
  uint32_t state;
  uint64_t weights[FAKE_WEIGHTS / 8];
  int32_t carried[4];
  int8_t in_image[FAKE_BYTES], out_image[FAKE_BYTES];
  float in_vector[FAKE_FLOATS], out_vector[FAKE_FLOATS];
  TVMInputs_full inputs;
  TVMOutputs_full outputs;
  TVMWorkspaces_full workspaces;
  TVMParameters_full parameters;
  TVMDevices_full devices;
  TVMContext context;
  unsigned runs;
} Instance;

static void begin(Instance *instance, int seed) {
  memset(instance, seed, sizeof(*instance));
  memset(instance->in_vector, 0, sizeof(instance->in_vector));
  instance->inputs.image = instance->in_image;
  instance->inputs.vector = instance->in_vector;
  instance->outputs.image = instance->out_image;
  instance->outputs.vector = instance->out_vector;
  instance->workspaces.sram = instance->sram;
  instance->workspaces.state = &instance->state;
  instance->parameters.carried = instance->carried;
  instance->parameters.weights = instance->weights;
  instance->devices.npu = instance->devices.dsp = instance;
  instance->runs = 0;
  CHECK_STATUS(TVMSetWorkspaces(&instance->context, &instance->workspaces), TVM_STATUS_OK);
  CHECK_STATUS(TVMSetParameters(&instance->context, &instance->parameters), TVM_STATUS_OK);
  CHECK_STATUS(TVMSetDevices(&instance->context, &instance->devices), TVM_STATUS_OK);
  CHECK_STATUS(TVMReset(&full, &instance->context), TVM_STATUS_OK);
}

/* The result of a single instance in run number `run`, counted from 1: input, weight and state added. */
static int8_t expected(int seed, unsigned run, int at) {
  return (int8_t)((int8_t)(seed + at + (int)run) + (int8_t)seed + (int8_t)(uint8_t)run);
}

static void run(Instance *instance, int seed) {
  const unsigned before = fake.runs;
  int at;
  instance->runs++;
  for (at = 0; at < FAKE_BYTES; at++) {
    instance->in_image[at] = (int8_t)(seed + at + (int)instance->runs);
  }
  memset(instance->sram, (int)(instance->runs * 31u), sizeof(instance->sram));
  memset(instance->out_image, 0, sizeof(instance->out_image));
  CHECK_STATUS(TVMExecute(&full, &instance->inputs, &instance->outputs, &instance->context), TVM_STATUS_OK);
  CHECK(fake.runs == before + 1 && fake.inputs == &instance->inputs && fake.outputs == &instance->outputs &&
        fake.context == &instance->context);
  for (at = 0; at < FAKE_BYTES; at++) {
    CHECK(instance->out_image[at] == expected(seed, instance->runs, at));
  }
}

int main(void) {
  static Instance instances[INSTANCES];
  static const int seeds[INSTANCES] = { 3, 40 };
  int at, which;
  for (which = 0; which < INSTANCES; which++) {
    begin(&instances[which], seeds[which]);
  }
  for (at = 0; at < RUNS; at++) {
    for (which = 0; which < INSTANCES; which++) {
      const Instance *other = &instances[1 - which];
      run(&instances[which], seeds[which]);
      CHECK_STATUS(TVMExecute(&full, NULL, &other->outputs, &other->context), TVM_STATUS_NULL_INPUTS);
      CHECK_STATUS(TVMExecute(&full, &other->inputs, &other->outputs, NULL), TVM_STATUS_NULL_CONTEXT);
    }
  }
  CHECK(instances[0].runs == RUNS && instances[1].runs == RUNS);
  return check_end();
}
