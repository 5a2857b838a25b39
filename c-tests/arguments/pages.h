/* SPDX-License-Identifier: Apache-2.0 */
/* One page between two that can be neither read nor written: any access beyond it is a fault. If the system has no such
 * pages, every function returns no. */
#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_FILL = 0x39 };
static unsigned char *page;
static size_t page_bytes;

static int pages_begin(void) {
  void *pages;
  page_bytes = (size_t)sysconf(_SC_PAGESIZE);
  pages = mmap(NULL, 3 * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  page = (unsigned char *)pages + page_bytes;
  return pages != MAP_FAILED;
}

/* A copy at one end of the page. NULL when there is no room for it. */
static void *page_copy(const void *from, size_t size, int at_the_end, int read_only) {
  unsigned char *copy = at_the_end ? page + page_bytes - size : page;
  if (size > page_bytes || mprotect(page, page_bytes, PROT_READ | PROT_WRITE) != 0) {
    return NULL;
  }
  memset(page, PAGE_FILL, page_bytes);
  memcpy(copy, from, size);
  return mprotect(page, page_bytes, read_only ? PROT_READ : PROT_READ | PROT_WRITE) == 0 ? copy : NULL;
}

/* Whether the rest of the page is unchanged. */
static int page_rest_stands(const void *copy, size_t size) {
  const unsigned char *start = (const unsigned char *)copy;
  size_t at;
  for (at = 0; at < page_bytes; at++) {
    if ((page + at < start || page + at >= start + size) && page[at] != PAGE_FILL) {
      return 0;
    }
  }
  return 1;
}

static void *page_untouchable(void) {
  return page + page_bytes;
}
#else
static int pages_begin(void) {
  return 0;
}
static void *page_copy(const void *from, size_t size, int at_the_end, int read_only) {
  (void)from;
  (void)size;
  (void)at_the_end;
  (void)read_only;
  return NULL;
}
static int page_rest_stands(const void *copy, size_t size) {
  (void)copy;
  (void)size;
  return 0;
}
static void *page_untouchable(void) {
  return NULL;
}
#endif

#endif
