/* SPDX-License-Identifier: Apache-2.0 */
/* The types of the generated table. */
#ifndef TABLE_TYPES_H
#define TABLE_TYPES_H

#include "reachable_memory.h"

enum { MOST_ARGUMENTS = 6 };

/* How an argument is made bad, with a number. */
enum {
  NOTHING,
  SET,                  /* is the number */
  ADD,                  /* a pointer this many bytes further */
  MODEL,                /* points at a copy of the model, made bad this way */
  CONTEXT,              /* points at the context, made bad this way */
  TENSOR,               /* points at a table with this tensor's pointer moved, or NULL */
  SAME,                 /* equals that other argument */
  CALL,                 /* set by the extra function with this number */
  UNTOUCHABLE,          /* points at memory that can be neither read nor written */
  PAGE_START,           /* points at a copy of this many bytes, with such memory right before it, */
  PAGE_END,             /* right after it, */
  PAGE_START_READ_ONLY, /* in memory that can't be written */
  PAGE_END_READ_ONLY
};
enum { LEGAL = 1, TENSOR_NULL = 255 };
#define TEXT_EXTENT SIZE_MAX /* the text with its NUL */

typedef struct Row {
  uint8_t argument;
  uint8_t how;
  uintptr_t number;
  int32_t answer; /* LEGAL: that of the good call */
  const char *parameter;
  const char *kind;
} Row;

typedef struct Case {
  void (*good)(uintptr_t *a);
  int (*holds)(const uintptr_t *a, intptr_t answer);
  void (*allow)(const uintptr_t *a);
  void (*const *extras)(uintptr_t *a);
  const Row *rows;
  size_t num_rows;
  int reports; /* a call that fails may write what `allow` allows, in rows with `CALL` */
} Case;

typedef struct Function {
  const char *name;
  intptr_t (*call)(const uintptr_t *a);
  const Case *cases;
  size_t num_cases;
  size_t num_arguments;
} Function;

/* Set by a row: its call comes from inside the entry of the model `alone`. */
static int from_a_callback;

/* Marks memory that the call may write; it is restored before the comparison. Memory outside is ignored. */
static void allow(const void *memory, size_t size) {
  const uintptr_t start = (uintptr_t)&reachable, at = (uintptr_t)memory;
  if (at >= start && at < start + sizeof(reachable)) {
    memcpy((char *)&reachable + (at - start), (const char *)&before + (at - start), size);
  }
}

#endif
