/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that a generated header prevents. check.py compiles this file once without a case, and then once for each line marked with
 * a number and BAD, which alone must not compile. */
#include "my_model.h"
#include "two.h"

static uint8_t g_workspace[TVM_MY_MODEL_WORKSPACE_BYTES];
static const TVMContext g_context = TVM_MY_MODEL_CONTEXT(g_workspace);

#if CASE == 1
static uint8_t g_small[TVM_MY_MODEL_WORKSPACE_BYTES - 1];
static const TVMContext g_too_small = TVM_MY_MODEL_CONTEXT(g_small); /* BAD 1: one byte is missing */
#endif

int32_t uses(tvm_my_model_input_t *input, tvm_my_model_output_t *output, TVMInputs_two *wrong, TVMContext *context);

int32_t uses(tvm_my_model_input_t *input, tvm_my_model_output_t *output, TVMInputs_two *wrong, TVMContext *context) {
  TVMInputs_my_model inputs = TVM_MY_MODEL_INPUTS(input);
  TVMOutputs_my_model outputs = TVM_MY_MODEL_OUTPUTS(output);
  (void)wrong;
#if CASE == 2
  return TVMExecute_my_model(wrong, &outputs, context); /* BAD 2: the inputs of another model */
#elif CASE == 3
  return TVMExecute_my_model(&inputs, &inputs, context); /* BAD 3: inputs as outputs */
#elif CASE == 4
  return TVMExecute_my_model(input, &outputs, context); /* BAD 4: the tensors instead of pointers to them */
#elif CASE == 5
  return TVMExecute_my_model(&inputs, &outputs, g_workspace); /* BAD 5: a workspace as context */
#elif CASE == 6
  return TVMExecute_my_model(&inputs, &outputs); /* BAD 6: the context is missing */
#elif CASE == 7
  { TVMInputs_my_model floats = { (const float *)0 }; inputs = floats; } /* BAD 7: a tensor of another type */
#elif CASE == 8
  return TVMExecute(&my_model, &inputs, &outputs, &inputs); /* BAD 8: something else as context */
#elif CASE == 9
  return TVMExecute(&inputs, &inputs, &outputs, context); /* BAD 9: something else as model */
#elif CASE == 10
  my_model.num_inputs = 0; /* BAD 10: descriptors are constant */
#endif
  return TVMExecute_my_model(&inputs, &outputs, &g_context) + TVMExecute(&my_model, &inputs, &outputs, context);
}
