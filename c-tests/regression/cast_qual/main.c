/* SPDX-License-Identifier: Apache-2.0 */
/* The test is that this file and the model's compile; that it runs shows that it is the right model. */
#include "cast_qual.h"
#include "../../check.h"

static uint8_t workspace[TVM_CAST_QUAL_WORKSPACE_BYTES];

int main(void) {
  static tvm_cast_qual_input_t input;
  static tvm_cast_qual_output_t output;
  TVMInputs_cast_qual inputs = TVM_CAST_QUAL_INPUTS(&input);
  TVMOutputs_cast_qual outputs = TVM_CAST_QUAL_OUTPUTS(&output);
  TVMContext context;
  CHECK_STATUS(TVMSetWorkspaces(&context, workspace), TVM_STATUS_OK);
  CHECK_STATUS(TVMExecute(&cast_qual, &inputs, &outputs, &context), TVM_STATUS_OK);
  return check_end();
}
