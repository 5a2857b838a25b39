/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments that TVMSetWorkspaces() and TVMSetParameters() accept. check.py compiles this file once without a case, and then once for
 * each line marked with a number and BAD, which alone must not compile. */
#include "tvm_embedded.h"

typedef struct TVMWorkspaces_two {
  void *fast;
  void *slow;
} TVMWorkspaces_two;
typedef struct TVMParameters_two {
  const void *weights;
  const void *tables;
} TVMParameters_two;

void uses(uint8_t *pointer, void *any, const void *constant_any, size_t size);

static uint8_t g_bytes[64];
static int8_t g_signed[64];
static char g_chars[8];
static const uint8_t g_constant[64] = { 1 };
static const int8_t g_constant_signed[8] = { 1 };
static int32_t g_words[64];
static const int32_t g_constant_words[64] = { 1 };
static float g_floats[64];
static const float g_constant_floats[64] = { 1 };
static double g_double;
static uint16_t g_halves[4];
static int64_t g_wide[4];

void uses(uint8_t *pointer, void *any, const void *constant_any, size_t size) {
  static void *pools[2] = { g_bytes, g_signed };
  static void *const constant_pools[2] = { g_bytes, g_signed };
  static uint8_t *byte_pools[2] = { g_bytes, g_bytes + 1 };
  static const void *tables[2] = { g_constant, g_constant_words };
  static const TVMWorkspaces_two constant_workspaces = { g_bytes, g_signed };
  static const TVMParameters_two parameters = { g_constant, g_constant_words };
  uint8_t *const fixed = pointer;
  TVMWorkspaces_two workspaces;
  TVMContext context;
  workspaces.fast = pointer;
  workspaces.slow = any;
  (void)size;

  TVMSetWorkspaces(&context, g_bytes);
  TVMSetWorkspaces(&context, g_signed);
  TVMSetWorkspaces(&context, g_chars);
  TVMSetWorkspaces(&context, &g_bytes[3]);
  TVMSetWorkspaces(&context, pointer + 1);
  TVMSetWorkspaces(&context, fixed);
  TVMSetWorkspaces(&context, any);
  TVMSetWorkspaces(&context, pools);
  TVMSetWorkspaces(&context, constant_pools);
  TVMSetWorkspaces(&context, byte_pools);
  TVMSetWorkspaces(&context, &workspaces);
  TVMSetWorkspaces(&context, &constant_workspaces);
#ifndef __cplusplus
  (TVMSetWorkspaces)(&context, g_words);
  (TVMSetParameters)(&context, g_constant_words);
#endif

  TVMSetParameters(&context, g_bytes);
  TVMSetParameters(&context, g_constant);
  TVMSetParameters(&context, g_constant_signed);
  TVMSetParameters(&context, constant_any);
  TVMSetParameters(&context, tables);
  TVMSetParameters(&context, constant_pools);
  TVMSetParameters(&context, &parameters);

#if CASE == 1
  TVMSetWorkspaces(&context, g_words); /* BAD 1: would be read as a table of pointers */
#elif CASE == 2
  TVMSetWorkspaces(&context, g_floats); /* BAD 2 */
#elif CASE == 3
  TVMSetWorkspaces(&context, &g_double); /* BAD 3 */
#elif CASE == 4
  TVMSetWorkspaces(&context, g_halves); /* BAD 4 */
#elif CASE == 5
  TVMSetWorkspaces(&context, g_wide); /* BAD 5: as wide as a pointer on 64-bit machines */
#elif CASE == 6
  TVMSetWorkspaces(&context, g_constant); /* BAD 6: the model writes to its workspace */
#elif CASE == 7
  TVMSetWorkspaces(&context, constant_any); /* BAD 7 */
#elif CASE == 8
  TVMSetWorkspaces(&context, &g_bytes); /* BAD 8: the address of the whole array */
#elif CASE == 9
  TVMSetWorkspaces(&context, g_constant_words); /* BAD 9 */
#elif CASE == 10
  TVMSetWorkspaces(&context, size); /* BAD 10: not a pointer */
#elif CASE == 11
  TVMSetParameters(&context, g_constant_words); /* BAD 11: would be read as a table of pointers */
#elif CASE == 12
  TVMSetParameters(&context, g_constant_floats); /* BAD 12 */
#elif CASE == 13
  TVMSetParameters(&context, g_halves); /* BAD 13 */
#elif CASE == 14
  TVMSetParameters(&context, &g_constant); /* BAD 14 */
#elif CASE == 15
  TVMSetWorkspaces(g_bytes, g_bytes); /* BAD 15: no context */
#endif
  (void)g_words;
  (void)g_floats;
  (void)g_double;
  (void)g_halves;
  (void)g_wide;
  (void)g_constant_floats;
}
