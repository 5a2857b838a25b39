/* SPDX-License-Identifier: Apache-2.0 */
/* The argument table of generated models: every function of their headers, as arguments/models.py wrote the calls. */
#include "check.h"

/* No update: the first four bytes are 0. At an address that every update may have. */
enum { NOTHING_BYTES = 64 };
static uint8_t g_nothing[2 * NOTHING_BYTES];
#define nothing (&g_nothing[(0u - (uintptr_t)g_nothing) % NOTHING_BYTES])

static float not_a_number(void) {
  const uint32_t bits = 0x7FC00000u;
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}
#define NAN_VALUE not_a_number()

#include "model_table.h"

int main(void) {
  rows_of_all_models();
  return check_end();
}
