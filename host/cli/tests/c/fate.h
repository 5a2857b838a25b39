/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a program's file operations is disturbed, and how: included only by failing.c. */
#ifndef TVM_EMBEDDED_TEST_FATE_H
#define TVM_EMBEDDED_TEST_FATE_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT, FAIL, FROM, KILL, INTERRUPT, SHORT };
/* Operations that a signal may interrupt, and operations that may be done in part. */
enum { PLAIN = 0, INTERRUPTIBLE = 1, DIVISIBLE = 2 };
/* What happens to an operation. */
enum { PASS, BREAK, CUT };

#define MOST 1024

static int mode = COUNT;
static int at;
static int error_number = EIO;
static int operations;
static const char *folders;
static int log_file = -1;
static char *paths[MOST]; /* of open files that count */

/* The C library's own function. ISO C has no cast from an object's address to a function's. */
#define REAL(type, name, parameters)         \
  type(*real) parameters;                    \
  do {                                       \
    void *address = dlsym(RTLD_NEXT, #name); \
    memcpy(&real, &address, sizeof(real));   \
  } while (0)

static int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
  static const char *const names[] = { "count", "fail", "from", "kill", "interrupt", "short" };
  const char *name = getenv("TORTURE_MODE");
  const char *log = getenv("TORTURE_LOG");
  size_t i;
  REAL(int, open, (const char *, int, ...));
  for (i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
    mode = strcmp(names[i], name) == 0 ? (int)i : mode;
  }
  at = number("TORTURE_AT", 0);
  error_number = number("TORTURE_ERRNO", EIO);
  folders = getenv("TORTURE_PATH");
  if (log) {
    log_file = real(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  paths[STDOUT_FILENO] = strdup("standard output");
  unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void) {
  if (log_file >= 0) {
    dprintf(log_file, "operations %d\n", operations);
  }
}

/* What to do with this operation, which counts. */
static int fate(const char *operation, const char *path, int sort) {
  const int kept = errno;
  if ((mode == INTERRUPT && !(sort & INTERRUPTIBLE)) || (mode == SHORT && !(sort & DIVISIBLE))) {
    return PASS;
  }
  operations++;
  if (mode == COUNT || (operations != at && !(mode == FROM && operations > at))) {
    return PASS;
  }
  if (log_file >= 0) {
    dprintf(log_file, "%s %s\n", operation, path);
  }
  errno = kept;
  if (mode == KILL) {
    raise(SIGKILL);
  }
  if (mode == SHORT) {
    return CUT;
  }
  errno = mode == INTERRUPT ? EINTR : error_number;
  return BREAK;
}

/* Whether a path, relative to a directory that is open as `directory`, counts; its full text is then in `whole`. */
static int counts(int directory, const char *path, char whole[PATH_MAX]) {
  const char *folder = folders;
  if (path == NULL || folders == NULL) {
    return 0;
  }
  if (path[0] != '/') {
    const char *parent = directory >= 0 && directory < MOST ? paths[directory] : NULL;
    if (directory == AT_FDCWD) {
      if (getcwd(whole, PATH_MAX) == NULL) {
        return 0;
      }
    } else if (parent == NULL) {
      return 0;
    } else {
      snprintf(whole, PATH_MAX, "%s", parent);
    }
    snprintf(whole + strlen(whole), PATH_MAX - strlen(whole), "/%s", path);
  } else {
    snprintf(whole, PATH_MAX, "%s", path);
  }
  while (*folder) {
    const size_t length = strcspn(folder, ":");
    if (strncmp(whole, folder, length) == 0 && (whole[length] == '/' || whole[length] == '\0')) {
      return 1;
    }
    folder += length + (folder[length] == ':');
  }
  return 0;
}

static int broken(const char *operation, int directory, const char *path, int sort) {
  char whole[PATH_MAX];
  return counts(directory, path, whole) && fate(operation, whole, sort) == BREAK;
}

static int fate_of_file(const char *operation, int fd, int sort) {
  return fd >= 0 && fd < MOST && paths[fd] ? fate(operation, paths[fd], sort) : PASS;
}

/* Remembers an opened file. */
static int opened(int fd, int directory, const char *path) {
  char whole[PATH_MAX];
  if (fd >= 0 && fd < MOST) {
    free(paths[fd]);
    paths[fd] = counts(directory, path, whole) ? strdup(whole) : NULL;
  }
  return fd;
}

#endif
