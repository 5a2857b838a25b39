/* SPDX-License-Identifier: Apache-2.0 */
/* Lets one of a program's file operations fail, or ends the program there: loaded before its own C library.
 * TORTURE_PATH: only operations on paths that begin so count, and writes to files that were opened there.
 * TORTURE_FAIL=n: the n-th fails with "no space left on device". TORTURE_KILL=n: the program is killed before it.
 * TORTURE_COUNT=file: the number of operations goes there at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int operations;
static unsigned char watched[1024];

static int number(const char *name) {
  const char *text = getenv(name);
  return text ? atoi(text) : 0;
}

/* True when this operation has to fail. */
static int fails(void) {
  operations++;
  if (operations == number("TORTURE_KILL")) {
    raise(SIGKILL);
  }
  if (operations == number("TORTURE_FAIL")) {
    errno = ENOSPC;
    return 1;
  }
  return 0;
}

static int counts(const char *path) {
  const char *folder = getenv("TORTURE_PATH");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int watch(int fd, int counted) {
  if (fd >= 0 && fd < (int)sizeof(watched)) {
    watched[fd] = (unsigned char)counted;
  }
  return fd;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MODE(flags, mode)                                                                    \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                                                      \
    va_list list;                                                                             \
    va_start(list, flags);                                                                    \
    mode = va_arg(list, mode_t);                                                              \
    va_end(list);                                                                             \
  }

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  const int counted = counts(path);
  MODE(flags, mode)
  return counted && fails() ? -1 : watch(REAL(open)(path, flags, mode), counted);
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  const int counted = counts(path);
  MODE(flags, mode)
  return counted && fails() ? -1 : watch(REAL(open64)(path, flags, mode), counted);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (fd >= 0 && fd < (int)sizeof(watched) && watched[fd] && fails()) {
    return -1;
  }
  return REAL(write)(fd, bytes, size);
}

ssize_t read(int fd, void *bytes, size_t size) {
  if (fd >= 0 && fd < (int)sizeof(watched) && watched[fd] && fails()) {
    return -1;
  }
  return REAL(read)(fd, bytes, size);
}

int rename(const char *from, const char *to) {
  return counts(to) && fails() ? -1 : REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
  return counts(path) && fails() ? -1 : REAL(mkdir)(path, mode);
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("TORTURE_COUNT");
  if (path) {
    FILE *file = fopen(path, "w");
    fprintf(file, "%d", operations);
    fclose(file);
  }
}
