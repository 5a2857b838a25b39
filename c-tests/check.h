/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that are counted: a failed one prints its position and the program continues; the exit code says whether one failed. For
 * one file of a program: two that include this don't link, since each would count separately. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "tvm_embedded.h"

unsigned long check_done;
unsigned long check_failed;

static inline int check_that(int holds, const char *what, const char *file, int line) {
  check_done++;
  if (!holds) {
    check_failed++;
    printf("%s:%d: failed: %s\n", file, line, what);
  }
  return holds;
}

static inline int check_status(int32_t got, int32_t expected, const char *what, const char *file, int line) {
  check_done++;
  if (got != expected) {
    check_failed++;
    printf("%s:%d: %s\n  found    %ld (%s)\n  expected %ld (%s)\n", file, line, what, (long)got, TVMStatusString(got), (long)expected,
        TVMStatusString(expected));
  }
  return got == expected;
}

#define CHECK(condition) check_that(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_STATUS(call, expected) check_status((call), (expected), #call, __FILE__, __LINE__)
#define CHECK_TEXT(one, other) check_that(strcmp((one), (other)) == 0, #one " is " #other, __FILE__, __LINE__)

/* Last line of main(). A program that checked nothing has failed. */
static inline int check_end(void) {
  printf("%lu checks, %lu failed\n", check_done, check_failed);
  return check_failed != 0 || check_done == 0;
}

#endif
