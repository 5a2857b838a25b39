/* SPDX-License-Identifier: Apache-2.0 */
/* A second file that includes the header: nothing in it may be defined twice. */
#include "tvm_embedded.h"

#ifdef __cplusplus
extern "C" {
#endif
uint8_t *start_in_the_other_file(const TVMContext *context);
#ifdef __cplusplus
}
#endif

uint8_t *start_in_the_other_file(const TVMContext *context) {
  return TVMWorkspaceStart(context, 1, 0, 64);
}
