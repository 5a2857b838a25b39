/* SPDX-License-Identifier: Apache-2.0 */
/* A table of inputs or outputs at an address that is misaligned for pointers, for a model whose tensors are in its workspace. */
#include "../../check.h"
#include "inside.h"

static uint8_t workspace[TVM_INSIDE_WORKSPACE_BYTES];
static void *tables[8];

int main(void) {
  TVMContext context;
  size_t skip;
  CHECK_STATUS(TVMSetWorkspaces(&context, workspace), TVM_STATUS_OK);
  CHECK_STATUS(TVMCheckMapped(&inside, &context, NULL, NULL), TVM_STATUS_OK);
  for (skip = 1; skip < sizeof(void *); skip++) {
    const void *misaligned = (const uint8_t *)tables + skip;
    CHECK_STATUS(TVMCheckMapped(&inside, &context, misaligned, NULL), TVM_STATUS_MISALIGNED_ARGUMENT);
    CHECK_STATUS(TVMCheckMapped(&inside, &context, NULL, misaligned), TVM_STATUS_MISALIGNED_ARGUMENT);
  }
  return check_end();
}
