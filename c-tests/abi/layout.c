/* SPDX-License-Identifier: Apache-2.0 */
/* The layout asserts, the header in two files of one program, and whether library and header have the same version. */
#include "layout.h"
#include "../check.h"

#ifdef __cplusplus
extern "C" {
#endif
uint8_t *start_in_the_other_file(const TVMContext *context);
#ifdef __cplusplus
}
#endif

int main(void) {
  static uint8_t workspace[100];
  TVMContext context;
  const uint32_t magic = TVM_MODEL_MAGIC;
  CHECK(memcmp(&magic, "TVMe", 4) == 0);
  CHECK_STATUS(TVMSetWorkspaces(&context, workspace), TVM_STATUS_OK);
  CHECK(start_in_the_other_file(&context) == TVMWorkspaceStart(&context, 1, 0, 64));
  CHECK(TVMGetABIVersion() == TVM_EMBEDDED_ABI_VERSION);
  return check_end();
}
