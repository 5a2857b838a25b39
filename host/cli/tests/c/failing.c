/* SPDX-License-Identifier: Apache-2.0 */
/* Disturbs one of a program's file operations, or ends the program there: loaded before its own C library.
 *
 *   TORTURE_PATH  directories with ':' between them: operations on paths below them count, and those on files opened there
 *   TORTURE_MODE  count      disturb nothing
 *                 fail       the n-th operation fails with TORTURE_ERRNO
 *                 from       the n-th and all after it fail with TORTURE_ERRNO
 *                 kill       the program is killed before the n-th
 *                 interrupt  the n-th of those that a signal may interrupt fails with EINTR
 *                 short      the n-th of those that read or write handles a single byte
 *   TORTURE_AT    n, from 1
 *   TORTURE_LOG   file for one line "OPERATION PATH" of each operation that was disturbed, a line "starts PROGRAM" or
 *                 "connects" for programs and connections, and a last line "operations N"
 *
 * Standard output counts too. Programs started from here are not disturbed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fate.h"

#define WITH_MODE                                 \
  mode_t permissions = 0;                         \
  if (flags & (O_CREAT | __O_TMPFILE)) {          \
    va_list list;                                 \
    va_start(list, flags);                        \
    permissions = (mode_t)va_arg(list, unsigned); \
    va_end(list);                                 \
  }

#define OPEN(name)                                                                                                      \
  int name(const char *path, int flags, ...) {                                                                          \
    WITH_MODE                                                                                                           \
    REAL(int, name, (const char *, int, ...));                                                                          \
    return broken("open", AT_FDCWD, path, INTERRUPTIBLE) ? -1 : opened(real(path, flags, permissions), AT_FDCWD, path); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                                   \
  int name(int directory, const char *path, int flags, ...) {                                                                          \
    WITH_MODE                                                                                                                          \
    REAL(int, name, (int, const char *, int, ...));                                                                                    \
    return broken("openat", directory, path, INTERRUPTIBLE) ? -1 : opened(real(directory, path, flags, permissions), directory, path); \
  }
OPENAT(openat)
OPENAT(openat64)

#define CREAT(name)                                                                                               \
  int name(const char *path, mode_t permissions) {                                                                \
    REAL(int, name, (const char *, mode_t));                                                                      \
    return broken("creat", AT_FDCWD, path, INTERRUPTIBLE) ? -1 : opened(real(path, permissions), AT_FDCWD, path); \
  }
CREAT(creat)
CREAT(creat64)

int close(int fd) {
  /* A file is closed even when that fails. */
  const int result = fate_of_file("close", fd, PLAIN);
  const int kept = errno;
  int closed;
  REAL(int, close, (int));
  if (fd >= 0 && fd < MOST) {
    free(paths[fd]);
    paths[fd] = NULL;
  }
  closed = real(fd);
  if (result == BREAK) {
    errno = kept;
    return -1;
  }
  return closed;
}

ssize_t read(int fd, void *bytes, size_t size) {
  const int result = fate_of_file("read", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, read, (int, void *, size_t));
  return result == BREAK ? -1 : real(fd, bytes, result == CUT && size ? 1 : size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  const int result = fate_of_file("write", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, write, (int, const void *, size_t));
  return result == BREAK ? -1 : real(fd, bytes, result == CUT && size ? 1 : size);
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  const int result = fate_of_file("readv", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, readv, (int, const struct iovec *, int));
  return result == BREAK ? -1 : real(fd, parts, result == CUT && count ? 1 : count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  const int result = fate_of_file("writev", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, writev, (int, const struct iovec *, int));
  return result == BREAK ? -1 : real(fd, parts, result == CUT && count ? 1 : count);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset) {
  const int result = fate_of_file("pread", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, pread64, (int, void *, size_t, off64_t));
  return result == BREAK ? -1 : real(fd, bytes, result == CUT && size ? 1 : size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  const int result = fate_of_file("pwrite", fd, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, pwrite64, (int, const void *, size_t, off64_t));
  return result == BREAK ? -1 : real(fd, bytes, result == CUT && size ? 1 : size, offset);
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size, unsigned flags) {
  const int result = fate_of_file("copy_file_range", to, INTERRUPTIBLE | DIVISIBLE);
  REAL(ssize_t, copy_file_range, (int, off64_t *, int, off64_t *, size_t, unsigned));
  return result == BREAK ? -1 : real(from, from_offset, to, to_offset, result == CUT && size ? 1 : size, flags);
}

#define ON_FILE(name, sort)                                        \
  int name(int fd) {                                               \
    REAL(int, name, (int));                                        \
    return fate_of_file(#name, fd, sort) == BREAK ? -1 : real(fd); \
  }
ON_FILE(fsync, INTERRUPTIBLE)
ON_FILE(fdatasync, INTERRUPTIBLE)

#define ON_FILE_WITH(name, type, sort)                                       \
  int name(int fd, type argument) {                                          \
    REAL(int, name, (int, type));                                            \
    return fate_of_file(#name, fd, sort) == BREAK ? -1 : real(fd, argument); \
  }
ON_FILE_WITH(ftruncate64, off64_t, INTERRUPTIBLE)
ON_FILE_WITH(fchmod, mode_t, PLAIN)
ON_FILE_WITH(flock, int, PLAIN)
ON_FILE_WITH(fstat, struct stat *, PLAIN)
ON_FILE_WITH(fstat64, struct stat64 *, PLAIN)

#define ON_PATH(name)                                              \
  int name(const char *path) {                                     \
    REAL(int, name, (const char *));                               \
    return broken(#name, AT_FDCWD, path, PLAIN) ? -1 : real(path); \
  }
ON_PATH(unlink)
ON_PATH(rmdir)

#define ON_PATH_WITH(name, type)                                             \
  int name(const char *path, type argument) {                                \
    REAL(int, name, (const char *, type));                                   \
    return broken(#name, AT_FDCWD, path, PLAIN) ? -1 : real(path, argument); \
  }
ON_PATH_WITH(mkdir, mode_t)
ON_PATH_WITH(chmod, mode_t)
ON_PATH_WITH(access, int)
ON_PATH_WITH(stat, struct stat *)
ON_PATH_WITH(stat64, struct stat64 *)
ON_PATH_WITH(lstat, struct stat *)
ON_PATH_WITH(lstat64, struct stat64 *)

int unlinkat(int directory, const char *path, int flags) {
  REAL(int, unlinkat, (int, const char *, int));
  return broken("unlinkat", directory, path, PLAIN) ? -1 : real(directory, path, flags);
}

int mkdirat(int directory, const char *path, mode_t permissions) {
  REAL(int, mkdirat, (int, const char *, mode_t));
  return broken("mkdirat", directory, path, PLAIN) ? -1 : real(directory, path, permissions);
}

int fstatat64(int directory, const char *path, struct stat64 *found, int flags) {
  REAL(int, fstatat64, (int, const char *, struct stat64 *, int));
  return broken("fstatat", directory, path, PLAIN) ? -1 : real(directory, path, found, flags);
}

int statx(int directory, const char *path, int flags, unsigned mask, struct statx *found) {
  /* Declared as not NULL, but Rust passes NULL to check whether the system has the call. */
  const char *volatile given = path;
  REAL(int, statx, (int, const char *, int, unsigned, struct statx *));
  if (given == NULL) {
    return real(directory, given, flags, mask, found);
  }
  if (path[0] == '\0') {
    return fate_of_file("statx", directory, PLAIN) == BREAK ? -1 : real(directory, path, flags, mask, found);
  }
  return broken("statx", directory, path, PLAIN) ? -1 : real(directory, path, flags, mask, found);
}

int rename(const char *from, const char *to) {
  REAL(int, rename, (const char *, const char *));
  return broken("rename", AT_FDCWD, to, PLAIN) ? -1 : real(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  REAL(int, renameat, (int, const char *, int, const char *));
  return broken("renameat", to_directory, to, PLAIN) ? -1 : real(from_directory, from, to_directory, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  REAL(int, renameat2, (int, const char *, int, const char *, unsigned));
  return broken("renameat2", to_directory, to, PLAIN) ? -1 : real(from_directory, from, to_directory, to, flags);
}

int link(const char *from, const char *to) {
  REAL(int, link, (const char *, const char *));
  return broken("link", AT_FDCWD, to, PLAIN) ? -1 : real(from, to);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
  REAL(int, linkat, (int, const char *, int, const char *, int));
  return broken("linkat", to_directory, to, PLAIN) ? -1 : real(from_directory, from, to_directory, to, flags);
}

int symlink(const char *from, const char *to) {
  REAL(int, symlink, (const char *, const char *));
  return broken("symlink", AT_FDCWD, to, PLAIN) ? -1 : real(from, to);
}

ssize_t readlink(const char *path, char *text, size_t size) {
  REAL(ssize_t, readlink, (const char *, char *, size_t));
  return broken("readlink", AT_FDCWD, path, PLAIN) ? -1 : real(path, text, size);
}

char *realpath(const char *path, char *resolved) {
  REAL(char *, realpath, (const char *, char *));
  return broken("realpath", AT_FDCWD, path, PLAIN) ? NULL : real(path, resolved);
}

DIR *opendir(const char *path) {
  DIR *directory;
  REAL(DIR *, opendir, (const char *));
  if (broken("opendir", AT_FDCWD, path, PLAIN)) {
    return NULL;
  }
  directory = real(path);
  if (directory) {
    opened(dirfd(directory), AT_FDCWD, path);
  }
  return directory;
}

struct dirent64 *readdir64(DIR *directory) {
  REAL(struct dirent64 *, readdir64, (DIR *));
  return fate_of_file("readdir", dirfd(directory), PLAIN) == BREAK ? NULL : real(directory);
}

int closedir(DIR *directory) {
  const int fd = dirfd(directory);
  REAL(int, closedir, (DIR *));
  if (fd >= 0 && fd < MOST) {
    free(paths[fd]);
    paths[fd] = NULL;
  }
  return real(directory);
}

static void tell(const char *what, const char *name) {
  if (log_file >= 0) {
    dprintf(log_file, "%s %s\n", what, name);
  }
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
  REAL(int, posix_spawn,
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]));
  tell("starts", path);
  return real(pid, path, actions, attributes, arguments, environment);
}

int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
  REAL(int, posix_spawnp,
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]));
  tell("starts", path);
  return real(pid, path, actions, attributes, arguments, environment);
}

int execve(const char *path, char *const arguments[], char *const environment[]) {
  REAL(int, execve, (const char *, char *const[], char *const[]));
  tell("starts", path);
  return real(path, arguments, environment);
}

int execvp(const char *path, char *const arguments[]) {
  REAL(int, execvp, (const char *, char *const[]));
  tell("starts", path);
  return real(path, arguments);
}

int socket(int domain, int type, int protocol) {
  REAL(int, socket, (int, int, int));
  tell("connects", "");
  return real(domain, type, protocol);
}
