/* SPDX-License-Identifier: Apache-2.0 */
/* The self-tests of models of several kinds: the bytes of this computer or board are those of the host's run. With FLIPPED, one weight of
 * the layer FLIPPED of the model `tested` differs from the host's, and its self-test says so. */
#include "check.h"
#include "tested_self_test.h"
#ifndef FLIPPED
#include "tested_inside_self_test.h"
#include "tested_rows_self_test.h"

TVM_TESTED_INSIDE_STATIC_CONTEXT(g_inside);
TVM_TESTED_ROWS_STATIC_CONTEXT(g_rows);
#endif

TVM_TESTED_STATIC_CONTEXT(g_context);

static tvm_tested_input_t g_input;
static tvm_tested_output_t g_output;
static TVMSelfTestResult g_result;

static void arguments(void) {
  CHECK_STATUS(TVMSelfTest_tested(NULL, &g_output, &g_context, &g_result), TVM_STATUS_NULL_INPUTS);
  CHECK_STATUS(TVMSelfTest_tested(&g_input, NULL, &g_context, &g_result), TVM_STATUS_NULL_OUTPUTS);
  CHECK_STATUS(TVMSelfTest_tested(&g_input, &g_output, &g_context, NULL), TVM_STATUS_NULL_ARGUMENT);
  CHECK_STATUS(TVMSelfTest_tested(&g_input, &g_output, NULL, &g_result), TVM_STATUS_NULL_CONTEXT);
}

#ifndef FLIPPED
static int nothing_differs(void) {
  const int nothing = g_result.layer == NULL && g_result.output == NULL && g_result.offset == 0u;
  memset(&g_result, 0x55, sizeof(g_result));
  return nothing;
}

static void equal(void) {
  static tvm_tested_rows_input_t input;
  static tvm_tested_rows_output_t output;
  CHECK_STATUS(TVMSelfTest_tested(&g_input, &g_output, &g_context, &g_result), TVM_STATUS_OK);
  CHECK(nothing_differs() && TVM_TESTED_SELF_TEST_SAMPLES == 3);
  CHECK_STATUS(TVMSelfTest_tested_inside(NULL, NULL, &g_inside, &g_result), TVM_STATUS_OK);
  CHECK(nothing_differs());
  CHECK_STATUS(TVMSelfTest_tested_inside(NULL, NULL, NULL, &g_result), TVM_STATUS_NULL_CONTEXT);
  /* Several runs of a model with state, which is reset first. */
  CHECK_STATUS(TVMSelfTest_tested_rows(&input, &output, &g_rows, &g_result), TVM_STATUS_OK);
  CHECK(nothing_differs());
  CHECK_STATUS(TVMSelfTest_tested_rows(&input, &output, &g_rows, &g_result), TVM_STATUS_OK);
  CHECK(nothing_differs() && TVM_TESTED_ROWS_SELF_TEST_SAMPLES == 9);
}
#else
static void differs(void) {
  CHECK_STATUS(TVMSelfTest_tested(&g_input, &g_output, &g_context, &g_result), TVM_STATUS_DIFFERS);
  CHECK(g_result.sample < (uint32_t)TVM_TESTED_SELF_TEST_SAMPLES);
#ifdef TVM_EMBEDDED_LAYERS
  /* The layer is known even if no output differs. */
  CHECK(g_result.sample == 0u && g_result.layer != NULL && g_result.layer->index == FLIPPED);
#else
  CHECK(g_result.layer == NULL && g_result.output != NULL);
#endif
  if (g_result.output != NULL) {
    CHECK_TEXT(g_result.output, "probabilities");
    CHECK(g_result.offset < (uint32_t)TVM_TESTED_OUTPUT_PROBABILITIES_BYTES && g_result.found != g_result.expected);
    CHECK((uint8_t)g_output.probabilities[g_result.offset] == g_result.found);
  }
}
#endif

int main(void) {
  arguments();
#ifndef FLIPPED
  equal();
#else
  differs();
#endif
  return check_end();
}
