/* SPDX-License-Identifier: Apache-2.0 */
/* The message of the last error ends at its NUL: the library must not read the bytes after it. */
#include "../check.h"

static const char g_message[] = "short\0secret";

int main(void) {
  const char *kept = TVMGetLastError();
  CHECK_TEXT(kept, "");
  TVMAPISetLastError("a message that is longer");
  CHECK_TEXT(kept, "a message that is longer");
  TVMAPISetLastError(g_message);
  CHECK_TEXT(kept, "short");
  CHECK(memcmp(kept, g_message, sizeof(g_message)) != 0);
  TVMAPISetLastError(g_message + 6);
  CHECK_TEXT(kept, "secret");
  CHECK(TVMGetLastError() == kept);
  return check_end();
}
