/* SPDX-License-Identifier: Apache-2.0 */
/* The argument table: every function of the header with every bad argument, as generate.py wrote it. Each row: the documented
 * result, nothing written except what may be, nothing run that must not, and the next good call works. */
#define _DEFAULT_SOURCE /* for mmap */
#include "pages.h"
#include "table_types.h"
#include "bad_descriptors.h"
#include "table.h"

static int have_pages;
static size_t rows_done, rows_skipped;

/* The memory a row moved an argument to. */
static void *moved;
static size_t moved_size;

/* Makes the row's argument bad. Returns 0 if this system can't. */
static int make_argument_bad(const Case *good, const Row *row, uintptr_t *a) {
  uintptr_t *argument = &a[row->argument];
  const int at_the_end = row->how == PAGE_END || row->how == PAGE_END_READ_ONLY;
  void **table;
  switch (row->how) {
    case NOTHING:
      break;
    case SET:
      *argument = row->number;
      break;
    case ADD:
      *argument += row->number;
      break;
    case MODEL:
      reachable.model = *(const TVMModel *)*argument;
      make_model_bad(&reachable.model, (unsigned)row->number);
      *argument = (uintptr_t)&reachable.model;
      break;
    case CONTEXT:
      make_context_bad((const TVMModel *)a[0], (TVMContext *)*argument, (unsigned)row->number);
      break;
    case TENSOR:
      table = (void **)*argument;
      table[row->number >> 8] = (row->number & 0xFF) == TENSOR_NULL ? NULL : (char *)table[row->number >> 8] + (row->number & 0xFF);
      break;
    case SAME:
      *argument = a[row->number];
      break;
    case CALL:
      good->extras[row->number](a);
      break;
    case UNTOUCHABLE:
      if (!have_pages) {
        return 0;
      }
      *argument = (uintptr_t)page_untouchable();
      break;
    default:
      if (!have_pages) {
        return 0;
      }
      moved_size = row->number == TEXT_EXTENT ? strlen((const char *)*argument) + 1 : row->number;
      moved = page_copy((const void *)*argument, moved_size, at_the_end, row->how >= PAGE_START_READ_ONLY);
      CHECK(moved != NULL);
      *argument = (uintptr_t)moved;
      break;
  }
  return 1;
}

/* The call; the reachable memory is compared immediately before and after it. */
typedef struct Performed {
  const Function *function;
  const Case *good;
  const Row *row;
  uintptr_t a[MOST_ARGUMENTS];
} Performed;
static Performed now;

static int report(int holds, const char *what) {
  if (!CHECK(holds)) {
    printf("  %s, %s %s: %s\n", now.function->name, now.row->parameter, now.row->kind, what);
  }
  return holds;
}

static void perform(void) {
  const int legal = now.row->answer == LEGAL;
  const unsigned runs = fake.runs + fake.resets;
  intptr_t answer;
  from_a_callback = 0;
  memcpy(&before, &reachable, sizeof(reachable));
  answer = now.function->call(now.a);
  if (legal) {
    report(now.good->holds(now.a, answer), "the good call's result is missing");
    if (reachable.probe != NULL) {
      report(reachable.probe(&reachable.spare) == before.probe_answer, "the call after it returned something else");
    }
  } else if (!report(answer == now.row->answer, "another result")) {
    printf("  found %ld, expected %ld\n", (long)answer, (long)now.row->answer);
  }
  if (legal && (now.row->how == SAME || reachable.probe != NULL)) {
    return; /* Arguments that share memory change what either may. */
  }
  if (legal) {
    now.good->allow(now.a);
  } else {
    report(fake.runs + fake.resets == runs, "something ran");
    if (now.good->reports && now.row->how == CALL) {
      now.good->allow(now.a);
    }
  }
  report(memcmp(&before, &reachable, sizeof(reachable)) == 0, "something was written that must not be");
  report(moved == NULL || page_rest_stands(moved, moved_size), "something was written beside the argument");
}

static void perform_good(const Function *function, const Case *good) {
  uintptr_t a[MOST_ARGUMENTS] = { 0 };
  memory_begin();
  good->good(a);
  memcpy(&before, &reachable, sizeof(reachable));
  report(good->holds(a, function->call(a)), "the next good call fails");
}

/* From inside the entry of a running model. */
static void call_in_a_model(void (*call)(void)) {
  static int8_t x[FAKE_BYTES], y[FAKE_BYTES];
  const TVMInputs_alone inputs = { x };
  const TVMOutputs_alone outputs = { y };
  alone_callback = call;
  CHECK_STATUS(TVMExecute(&alone, &inputs, &outputs, NULL), TVM_STATUS_OK);
  alone_callback = NULL;
}

static void run_row(const Function *function, const Case *good, const Row *row) {
  const char *const mark = "left alone";
  const int about_errors = strstr(function->name, "LastError") != NULL;
  now.function = function;
  now.good = good;
  now.row = row;
  memset(now.a, 0, sizeof(now.a));
  moved = NULL;
  from_a_callback = 0;
  TVMAPISetLastError(mark);
  memory_begin();
  good->good(now.a);
  if (!make_argument_bad(good, row, now.a)) {
    rows_skipped++;
    return;
  }
  if (from_a_callback) {
    call_in_a_model(perform);
  } else {
    perform();
  }
  report(about_errors || strcmp(TVMGetLastError(), mark) == 0, "the last error's text changed");
  perform_good(function, good);
  rows_done++;
}

/* A good call, from inside the running model, of every function except those that use that model. */
static const Case *nested_case;
static void perform_nested(void) {
  uintptr_t a[MOST_ARGUMENTS] = { 0 };
  memory_begin();
  nested_case->good(a);
  memcpy(&before, &reachable, sizeof(reachable));
  if (now.function->num_arguments == 0 || a[0] != (uintptr_t)&alone) {
    report(nested_case->holds(a, now.function->call(a)), "the call from a callback fails");
  }
}

int main(void) {
  size_t at, one, row;
  have_pages = pages_begin();
  the_models_are_as_the_table_says();
  for (at = 0; at < sizeof(functions) / sizeof(functions[0]); at++) {
    const Function *function = &functions[at];
    for (one = 0; one < function->num_cases; one++) {
      const Case *good = &function->cases[one];
      for (row = 0; row < good->num_rows; row++) {
        run_row(function, good, &good->rows[row]);
      }
      nested_case = good;
      call_in_a_model(perform_nested);
    }
  }
  printf("%lu functions, %lu rows", (unsigned long)at, (unsigned long)rows_done);
  if (rows_skipped != 0) {
    printf(", %lu SKIPPED: there is no memory protection here", (unsigned long)rows_skipped);
  }
  printf("\n");
  return check_end();
}
