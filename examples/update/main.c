/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of a model that are updated without relinking: the firmware is linked once, and runs the model with the constants in
 * whichever slot of flash holds a valid update. Generate the model with `--parameters user`, so that the image has none of its own. */
#include <stdio.h>
#include <string.h>

#include "hello_pools_update.h"

extern const uint8_t slot_a[], slot_b[];

static uint8_t g_workspace[TVM_HELLO_POOLS_WORKSPACE_BYTES];
static TVMParameters_hello_pools g_parameters;
static TVMContext g_context;

/* Takes the constants of a slot into use, if they are valid. Otherwise those in use stay. */
static int32_t use(const void *slot, size_t bytes) {
  int32_t status = TVMReadUpdate_hello_pools(slot, bytes, &g_parameters);
  if (status == TVM_STATUS_OK) {
    status = TVMSetParameters(&g_context, &g_parameters);
  }
  return status;
}

static int32_t run(int8_t value, int8_t *result) {
  tvm_hello_pools_input_t input;
  tvm_hello_pools_output_t output;
  TVMInputs_hello_pools inputs = TVM_HELLO_POOLS_INPUTS(&input);
  TVMOutputs_hello_pools outputs = TVM_HELLO_POOLS_OUTPUTS(&output);
  int32_t status;
  input.serving_default_dense_input_0[0] = value;
  status = TVMExecute_hello_pools(&inputs, &outputs, &g_context);
  *result = output.StatefulPartitionedCall_0[0];
  return status;
}

/* Uses a slot and runs the model on some values. */
static int32_t try_slot(const char *name, const void *slot, size_t bytes, int8_t results[3]) {
  int32_t status = use(slot, bytes);
  int i;
  for (i = 0; status == TVM_STATUS_OK && i < 3; i++) {
    status = run((int8_t)(50 * i - 50), &results[i]);
  }
  if (status == TVM_STATUS_OK) {
    printf("%s: %d %d %d\n", name, results[0], results[1], results[2]);
  } else {
    printf("%s: %s\n", name, TVMStatusString(status));
  }
  return status;
}

int main(void) {
  /* As a slot in which a bit has flipped. */
  static union {
    uint64_t aligned[2];
    uint8_t bytes[TVM_HELLO_POOLS_UPDATE_BYTES + TVM_HELLO_POOLS_UPDATE_ALIGNMENT];
  } memory;
  const uintptr_t rest = (uintptr_t)memory.bytes % TVM_HELLO_POOLS_UPDATE_ALIGNMENT;
  uint8_t *damaged = &memory.bytes[TVM_HELLO_POOLS_UPDATE_ALIGNMENT - rest];
  int8_t first[3], second[3], again[3];
  int right = TVMSetWorkspaces(&g_context, g_workspace) == TVM_STATUS_OK;
  memcpy(damaged, slot_b, TVM_HELLO_POOLS_UPDATE_BYTES);
  damaged[TVM_HELLO_POOLS_UPDATE_BYTES / 2] ^= 1u;

  right &= run(0, again) == TVM_STATUS_PARAMETERS_NOT_SET;
  right &= try_slot("slot a", slot_a, TVM_HELLO_POOLS_UPDATE_BYTES, first) == TVM_STATUS_OK;
  right &= try_slot("slot b", slot_b, TVM_HELLO_POOLS_UPDATE_BYTES, second) == TVM_STATUS_OK;
  right &= try_slot("damaged", damaged, TVM_HELLO_POOLS_UPDATE_BYTES, again) == TVM_STATUS_UPDATE_CORRUPT;
  right &= try_slot("truncated", slot_b, 100, again) == TVM_STATUS_UPDATE_TRUNCATED;
  /* The constants of slot b are still in use, and those of slot a come back. */
  right &= run(0, again) == TVM_STATUS_OK && again[0] == second[1];
  right &= try_slot("slot a", slot_a, TVM_HELLO_POOLS_UPDATE_BYTES, again) == TVM_STATUS_OK;
  right &= memcmp(first, again, sizeof(first)) == 0 && memcmp(first, second, sizeof(first)) != 0;
  puts(right ? "as expected" : "WRONG");
  return !right;
}
