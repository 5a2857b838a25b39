/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: of every status, and of every length of the last error. */
#define _DEFAULT_SOURCE /* for mmap */
#include "pages.h"

#include "../check.h"

static void texts_of_statuses(void) {
  int32_t code;
  for (code = -7500; code <= -7399; code++) {
    const char *text = TVMStatusString(code);
    const int ours = code <= TVM_STATUS_NULL_MODEL && code >= TVM_STATUS_OVERLAP;
    int32_t other;
    CHECK(text[0] != '\0');
    CHECK(ours == (strcmp(text, "model's own code") != 0));
    for (other = code + 1; ours && other <= TVM_STATUS_NULL_MODEL; other++) {
      CHECK(strcmp(text, TVMStatusString(other)) != 0);
    }
  }
  /* The text names what was wrong. */
#define NAMES(status, word) CHECK(strstr(TVMStatusString(status), word) != NULL)
  NAMES(TVM_STATUS_NULL_MODEL, "NULL model");
  NAMES(TVM_STATUS_NULL_INPUTS, "NULL inputs");
  NAMES(TVM_STATUS_NULL_OUTPUTS, "NULL outputs");
  NAMES(TVM_STATUS_NULL_CONTEXT, "NULL context");
  NAMES(TVM_STATUS_NULL_TENSOR, "NULL tensor");
  NAMES(TVM_STATUS_NULL_WORKSPACE, "NULL workspace");
  NAMES(TVM_STATUS_NULL_PARAMETER, "NULL parameter");
  NAMES(TVM_STATUS_NULL_DEVICE, "NULL device");
  NAMES(TVM_STATUS_NULL_ARGUMENT, "NULL argument");
  NAMES(TVM_STATUS_MISALIGNED_MODEL, "misaligned model");
  NAMES(TVM_STATUS_MISALIGNED_CONTEXT, "misaligned context");
  NAMES(TVM_STATUS_MISALIGNED_ARGUMENT, "misaligned argument");
  NAMES(TVM_STATUS_MISALIGNED_TENSOR, "misaligned tensor");
  NAMES(TVM_STATUS_MISALIGNED_PARAMETER, "misaligned parameter");
  NAMES(TVM_STATUS_WORKSPACES_NOT_SET, "workspaces");
  NAMES(TVM_STATUS_PARAMETERS_NOT_SET, "parameters");
  NAMES(TVM_STATUS_DEVICES_NOT_SET, "devices");
  NAMES(TVM_STATUS_WORKSPACE_TOO_SMALL, "workspace");
  NAMES(TVM_STATUS_PARAMETER_TOO_SMALL, "parameter");
  NAMES(TVM_STATUS_INDEX_OUT_OF_RANGE, "index");
  NAMES(TVM_STATUS_NAME_UNKNOWN, "name");
  NAMES(TVM_STATUS_STATE_NOT_RESET, "state");
  NAMES(TVM_STATUS_VALUE_OUT_OF_RANGE, "value");
  NAMES(TVM_STATUS_ABORTED, "aborted");
  NAMES(TVM_STATUS_UNFINISHED, "remain");
  NAMES(TVM_STATUS_RUN_NOT_BEGUN, "run");
  NAMES(TVM_STATUS_WRONG_RUN, "run");
  NAMES(TVM_STATUS_WORKSPACE_CHANGED, "workspace");
  NAMES(TVM_STATUS_DIFFERS, "differs");
  NAMES(TVM_STATUS_NOT_AN_UPDATE, "update");
  NAMES(TVM_STATUS_WRONG_UPDATE, "update");
  NAMES(TVM_STATUS_UPDATE_TRUNCATED, "truncated");
  NAMES(TVM_STATUS_UPDATE_CORRUPT, "corrupt");
  NAMES(TVM_STATUS_OVERLAP, "overlap");
  CHECK_TEXT(TVMStatusString(TVM_STATUS_OK), "success");
}

static void every_length_of_a_message(void) {
  static char text[TVM_LAST_ERROR_SIZE + 10];
  size_t length, at;
  CHECK_TEXT(TVMGetLastError(), "");
  for (length = 0; length < sizeof(text); length++) {
    const size_t kept = length < TVM_LAST_ERROR_SIZE ? length : TVM_LAST_ERROR_SIZE - 1;
    for (at = 0; at < length; at++) {
      text[at] = (char)('a' + (at + length) % 26);
    }
    text[length] = '\0';
    TVMAPISetLastError(text);
    CHECK(strlen(TVMGetLastError()) == kept);
    CHECK(strncmp(TVMGetLastError(), text, kept) == 0);
  }
  TVMAPISetLastError(NULL);
  CHECK_TEXT(TVMGetLastError(), "");
}

/* At most 127 bytes are read, so a message of that length needs no NUL. */
static void a_message_before_a_protected_page(void) {
  char text[TVM_LAST_ERROR_SIZE - 1];
  const char *last;
  memset(text, 'm', sizeof(text));
  if (!pages_begin()) {
    printf("SKIPPED: there is no memory protection here\n");
    CHECK(!page_rest_stands(text, sizeof(text)) && page_untouchable() == NULL);
    return;
  }
  last = (const char *)page_copy(text, sizeof(text), 1, 1);
  CHECK(last != NULL);
  TVMAPISetLastError(last);
  CHECK(strlen(TVMGetLastError()) == sizeof(text));
  CHECK(page_rest_stands(last, sizeof(text)) && last + sizeof(text) == (const char *)page_untouchable());
}

int main(void) {
  texts_of_statuses();
  every_length_of_a_message();
  a_message_before_a_protected_page();
  return check_end();
}
