/* SPDX-License-Identifier: Apache-2.0 */
/* Shows that header and library match. */
#include <stdio.h>
#include <string.h>
#include "tvm_embedded.h"

int main(void) {
  char version[32];
  TVMContext context;
  int status;
  sprintf(version, "%d.%d.%d", TVM_EMBEDDED_VERSION_MAJOR, TVM_EMBEDDED_VERSION_MINOR, TVM_EMBEDDED_VERSION_PATCH);
  printf("tvm_embedded %s, ABI %u\n", TVMGetLibraryVersion(), (unsigned)TVMGetABIVersion());
  if (strcmp(version, TVMGetLibraryVersion()) != 0 || TVMGetABIVersion() != TVM_EMBEDDED_ABI_VERSION) {
    return 1;
  }
  status = TVMSetWorkspaces(&context, version);
  if (status != TVM_STATUS_OK) {
    return 2;
  }
  status = TVMExecute(NULL, NULL, NULL, &context);
  printf("%s\n", TVMStatusString(status));
  return status == TVM_STATUS_NULL_MODEL ? 0 : 3;
}
