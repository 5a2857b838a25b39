/* SPDX-License-Identifier: Apache-2.0 */
/* The argument table: every exported function with every bad argument. Each row: the documented answer, nothing written,
 * nothing run, and the next good call works. check_table.py compares the rows with the header. */
#include "good.h"

/* Sets a buffer or a table of the size in a context of its own, and runs a model with it. */
static int32_t run_in_buffer(size_t size) {
  TVMContext context;
  TVMInputs_plain inputs;
  TVMOutputs_plain outputs;
  const int32_t set = TVMSetWorkspaceBuffer(&context, aligned_sram(), size);
  inputs.x = W->in_image;
  outputs.y = W->out_image;
  return set != 0 ? set : TVMExecute(&plain, &inputs, &outputs, &context);
}
static int32_t run_in_table(size_t size) {
  TVMContext context = W->context;
  const int32_t set = TVMSetWorkspaceTable(&context, W->workspaces, size);
  return set != 0 ? set : TVMExecute(&full, W->inputs, W->outputs, &context);
}
static int32_t run_with_weights(size_t size) {
  TVMContext context;
  TVMInputs_plain inputs;
  TVMOutputs_plain outputs;
  const int32_t set = TVMSetParameterBuffer(&context, W->weights, size);
  inputs.x = W->in_image;
  outputs.y = W->out_image;
  return set != 0 ? set : TVMExecute(&brought, &inputs, &outputs, &context);
}
static int32_t run_with_weight_table(size_t size) {
  TVMContext context = W->context;
  const int32_t set = TVMSetParameterTable(&context, W->parameters, size);
  return set != 0 ? set : TVMExecute(&full, W->inputs, W->outputs, &context);
}

static void setting(void) {
  ROW(TVMSetWorkspaces, context, null, TVM_STATUS_NULL_CONTEXT, (TVMSetWorkspaces)(NULL, W->sram.bytes));
  ROW(TVMSetWorkspaces, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, (TVMSetWorkspaces)(odd(&W->spare), W->sram.bytes));
  ROW(TVMSetWorkspaces, memory, null, TVM_STATUS_NULL_WORKSPACE, (TVMSetWorkspaces)(&W->spare, NULL));

  ROW(TVMSetWorkspaceBuffer, context, null, TVM_STATUS_NULL_CONTEXT, TVMSetWorkspaceBuffer(NULL, W->sram.bytes, 9));
  ROW(TVMSetWorkspaceBuffer, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMSetWorkspaceBuffer(odd(&W->spare), W->sram.bytes, 9));
  ROW(TVMSetWorkspaceBuffer, buffer, null, TVM_STATUS_NULL_WORKSPACE, TVMSetWorkspaceBuffer(&W->spare, NULL, 9));
  ROW(TVMSetWorkspaceBuffer, size, one_less, TVM_STATUS_WORKSPACE_TOO_SMALL, run_in_buffer(FAKE_WORKSPACE - 1));
  ROW(TVMSetWorkspaceBuffer, size, one, TVM_STATUS_WORKSPACE_TOO_SMALL, run_in_buffer(1));
  LEGAL(TVMSetWorkspaceBuffer, size, zero, TVM_STATUS_OK, run_in_buffer(0));
  LEGAL(TVMSetWorkspaceBuffer, size, exact, TVM_STATUS_OK, run_in_buffer(FAKE_WORKSPACE));
  LEGAL(TVMSetWorkspaceBuffer, size, one_more, TVM_STATUS_OK, run_in_buffer(FAKE_WORKSPACE + 1));
  LEGAL(TVMSetWorkspaceBuffer, size, max, TVM_STATUS_OK, run_in_buffer(SIZE_MAX));

  ROW(TVMSetWorkspaceTable, context, null, TVM_STATUS_NULL_CONTEXT, TVMSetWorkspaceTable(NULL, W->workspaces, 0));
  ROW(TVMSetWorkspaceTable, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMSetWorkspaceTable(odd(&W->spare), W->workspaces, 0));
  ROW(TVMSetWorkspaceTable, pointers, null, TVM_STATUS_NULL_WORKSPACE, TVMSetWorkspaceTable(&W->spare, NULL, 0));
  ROW(TVMSetWorkspaceTable, pointers, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMSetWorkspaceTable(&W->spare, odd(W->workspaces), 0));
  ROW(TVMSetWorkspaceTable, size, one_less, TVM_STATUS_WRONG_COUNT, run_in_table(2 * sizeof(void *) - 1));
  ROW(TVMSetWorkspaceTable, size, one, TVM_STATUS_WRONG_COUNT, run_in_table(sizeof(void *)));
  LEGAL(TVMSetWorkspaceTable, size, zero, TVM_STATUS_OK, run_in_table(0));
  LEGAL(TVMSetWorkspaceTable, size, exact, TVM_STATUS_OK, run_in_table(2 * sizeof(void *)));
  LEGAL(TVMSetWorkspaceTable, size, one_more, TVM_STATUS_OK, run_in_table(2 * sizeof(void *) + 1));
  LEGAL(TVMSetWorkspaceTable, size, max, TVM_STATUS_OK, run_in_table(SIZE_MAX));

  ROW(TVMSetParameters, context, null, TVM_STATUS_NULL_CONTEXT, (TVMSetParameters)(NULL, W->weights));
  ROW(TVMSetParameters, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, (TVMSetParameters)(odd(&W->spare), W->weights));
  ROW(TVMSetParameters, memory, null, TVM_STATUS_NULL_PARAMETER, (TVMSetParameters)(&W->spare, NULL));

  ROW(TVMSetParameterBuffer, context, null, TVM_STATUS_NULL_CONTEXT, TVMSetParameterBuffer(NULL, W->weights, 8));
  ROW(TVMSetParameterBuffer, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMSetParameterBuffer(odd(&W->spare), W->weights, 8));
  ROW(TVMSetParameterBuffer, buffer, null, TVM_STATUS_NULL_PARAMETER, TVMSetParameterBuffer(&W->spare, NULL, 8));
  ROW(TVMSetParameterBuffer, size, one_less, TVM_STATUS_PARAMETER_TOO_SMALL, run_with_weights(FAKE_WEIGHTS - 1));
  ROW(TVMSetParameterBuffer, size, one, TVM_STATUS_PARAMETER_TOO_SMALL, run_with_weights(1));
  LEGAL(TVMSetParameterBuffer, size, zero, TVM_STATUS_OK, run_with_weights(0));
  LEGAL(TVMSetParameterBuffer, size, exact, TVM_STATUS_OK, run_with_weights(FAKE_WEIGHTS));
  LEGAL(TVMSetParameterBuffer, size, one_more, TVM_STATUS_OK, run_with_weights(FAKE_WEIGHTS + 1));
  LEGAL(TVMSetParameterBuffer, size, max, TVM_STATUS_OK, run_with_weights(SIZE_MAX));

  ROW(TVMSetParameterTable, context, null, TVM_STATUS_NULL_CONTEXT, TVMSetParameterTable(NULL, W->parameters, 0));
  ROW(TVMSetParameterTable, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMSetParameterTable(odd(&W->spare), W->parameters, 0));
  ROW(TVMSetParameterTable, pointers, null, TVM_STATUS_NULL_PARAMETER, TVMSetParameterTable(&W->spare, NULL, 0));
  ROW(TVMSetParameterTable, pointers, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMSetParameterTable(&W->spare, odd(W->parameters), 0));
  ROW(TVMSetParameterTable, size, one_less, TVM_STATUS_WRONG_COUNT, run_with_weight_table(2 * sizeof(void *) - 1));
  ROW(TVMSetParameterTable, size, one, TVM_STATUS_WRONG_COUNT, run_with_weight_table(1));
  LEGAL(TVMSetParameterTable, size, zero, TVM_STATUS_OK, run_with_weight_table(0));
  LEGAL(TVMSetParameterTable, size, exact, TVM_STATUS_OK, run_with_weight_table(2 * sizeof(void *)));
  LEGAL(TVMSetParameterTable, size, one_more, TVM_STATUS_OK, run_with_weight_table(2 * sizeof(void *) + 1));
  LEGAL(TVMSetParameterTable, size, max, TVM_STATUS_OK, run_with_weight_table(SIZE_MAX));

  ROW(TVMSetDevices, context, null, TVM_STATUS_NULL_CONTEXT, TVMSetDevices(NULL, W->devices));
  ROW(TVMSetDevices, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMSetDevices(odd(&W->spare), W->devices));
  ROW(TVMSetDevices, devices, null, TVM_STATUS_NULL_DEVICE, TVMSetDevices(&W->spare, NULL));
  ROW(TVMSetDevices, devices, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMSetDevices(&W->spare, odd(W->devices)));

  MODEL_ROWS(TVMSetWorkspace, STATUS, TVMSetWorkspace(MODEL, W->workspaces, 0, W->sram.bytes, FAKE_BUFFER));
  ROW(TVMSetWorkspace, workspaces, null, TVM_STATUS_NULL_ARGUMENT, TVMSetWorkspace(&full, NULL, 0, W->sram.bytes, FAKE_BUFFER));
  ROW(TVMSetWorkspace, workspaces, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMSetWorkspace(&full, odd(W->workspaces), 0, W->sram.bytes, FAKE_BUFFER));
  INDEX_ROWS(TVMSetWorkspace, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMSetWorkspace(&full, W->workspaces, INDEX, W->sram.bytes, FAKE_BUFFER));
  INDEX_ROWS(TVMSetWorkspace, 0, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMSetWorkspace(&alone, W->workspaces, INDEX, W->sram.bytes, FAKE_BUFFER));
  ROW(TVMSetWorkspace, memory, null, TVM_STATUS_NULL_WORKSPACE, TVMSetWorkspace(&full, W->workspaces, 0, NULL, FAKE_BUFFER));
  ROW(TVMSetWorkspace, memory, at_the_end, TVM_STATUS_ADDRESS_OVERFLOW, TVMSetWorkspace(&full, W->workspaces, 0, NEAR_THE_END(15), FAKE_BUFFER));
  ROW(TVMSetWorkspace, memory, at_the_very_end, TVM_STATUS_ADDRESS_OVERFLOW, TVMSetWorkspace(&full, W->workspaces, 0, NEAR_THE_END(0), SIZE_MAX));
  ROW(TVMSetWorkspace, size, zero, TVM_STATUS_WORKSPACE_TOO_SMALL, TVMSetWorkspace(&full, W->workspaces, 0, aligned_sram(), 0));
  ROW(TVMSetWorkspace, size, one_less, TVM_STATUS_WORKSPACE_TOO_SMALL, TVMSetWorkspace(&full, W->workspaces, 0, aligned_sram(), FAKE_WORKSPACE - 1));
  ROW(TVMSetWorkspace, size, slack_missing, TVM_STATUS_WORKSPACE_TOO_SMALL, TVMSetWorkspace(&full, W->workspaces, 0, odd(aligned_sram()), FAKE_BUFFER - 1));
  LEGAL(TVMSetWorkspace, size, exact, TVM_STATUS_OK, TVMSetWorkspace(&full, W->workspaces, 0, aligned_sram(), FAKE_WORKSPACE));
  LEGAL(TVMSetWorkspace, size, one_more, TVM_STATUS_OK, TVMSetWorkspace(&full, W->workspaces, 0, aligned_sram(), FAKE_WORKSPACE + 1));
  LEGAL(TVMSetWorkspace, size, slack_there, TVM_STATUS_OK, TVMSetWorkspace(&full, W->workspaces, 0, odd(aligned_sram()), FAKE_BUFFER));
  LEGAL(TVMSetWorkspace, size, max, TVM_STATUS_OK, TVMSetWorkspace(&full, W->workspaces, 0, aligned_sram(), SIZE_MAX));

  MODEL_ROWS(TVMSetParameter, STATUS, TVMSetParameter(MODEL, W->parameters, 1, W->weights, FAKE_WEIGHTS));
  ROW(TVMSetParameter, parameters, null, TVM_STATUS_NULL_ARGUMENT, TVMSetParameter(&full, NULL, 1, W->weights, FAKE_WEIGHTS));
  ROW(TVMSetParameter, parameters, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMSetParameter(&full, odd(W->parameters), 1, W->weights, FAKE_WEIGHTS));
  INDEX_ROWS(TVMSetParameter, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMSetParameter(&full, W->parameters, INDEX, W->weights, FAKE_WEIGHTS));
  INDEX_ROWS(TVMSetParameter, 0, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMSetParameter(&plain, W->parameters, INDEX, W->weights, FAKE_WEIGHTS));
  ROW(TVMSetParameter, memory, null, TVM_STATUS_NULL_PARAMETER, TVMSetParameter(&full, W->parameters, 1, NULL, FAKE_WEIGHTS));
  ROW(TVMSetParameter, memory, misaligned, TVM_STATUS_MISALIGNED_PARAMETER, TVMSetParameter(&full, W->parameters, 1, odd(W->weights), FAKE_WEIGHTS));
  ROW(TVMSetParameter, size, zero, TVM_STATUS_PARAMETER_TOO_SMALL, TVMSetParameter(&full, W->parameters, 1, W->weights, 0));
  ROW(TVMSetParameter, size, one_less, TVM_STATUS_PARAMETER_TOO_SMALL, TVMSetParameter(&full, W->parameters, 1, W->weights, FAKE_WEIGHTS - 1));
  LEGAL(TVMSetParameter, size, exact, TVM_STATUS_OK, TVMSetParameter(&full, W->parameters, 1, W->weights, FAKE_WEIGHTS));
  LEGAL(TVMSetParameter, size, one_more, TVM_STATUS_OK, TVMSetParameter(&full, W->parameters, 1, W->weights, FAKE_WEIGHTS + 1));
  LEGAL(TVMSetParameter, size, max, TVM_STATUS_OK, TVMSetParameter(&full, W->parameters, 1, W->weights, SIZE_MAX));
}

static void running(void) {
  MODEL_ROWS(TVMExecute, STATUS, TVMExecute(MODEL, W->inputs, W->outputs, &W->context));
  ROW(TVMExecute, inputs, null, TVM_STATUS_NULL_INPUTS, TVMExecute(&full, NULL, W->outputs, &W->context));
  ROW(TVMExecute, inputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMExecute(&full, odd(W->inputs), W->outputs, &W->context));
  ROW(TVMExecute, outputs, null, TVM_STATUS_NULL_OUTPUTS, TVMExecute(&full, W->inputs, NULL, &W->context));
  ROW(TVMExecute, outputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMExecute(&full, W->inputs, odd(W->outputs), &W->context));
  ROW(TVMExecute, context, null, TVM_STATUS_NULL_CONTEXT, TVMExecute(&full, W->inputs, W->outputs, NULL));
  ROW(TVMExecute, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMExecute(&full, W->inputs, W->outputs, odd(&W->context)));
  ROW(TVMExecute, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMExecute(&full, W->inputs, W->outputs, &W->spare));
  ROW(TVMExecute, context, of_another_model, TVM_STATUS_WRONG_COUNT, TVMExecute(&full, W->inputs, W->outputs, &W->inside_context));
  /* The plain model has a shorter way through the checks. */
  ROW(TVMExecute, inputs, null, TVM_STATUS_NULL_INPUTS, TVMExecute(&plain, NULL, W->outputs, &W->inside_context));
  ROW(TVMExecute, inputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMExecute(&plain, odd(W->inputs), W->outputs, &W->inside_context));
  ROW(TVMExecute, outputs, null, TVM_STATUS_NULL_OUTPUTS, TVMExecute(&plain, W->inputs, NULL, &W->inside_context));
  ROW(TVMExecute, outputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMExecute(&plain, W->inputs, odd(W->outputs), &W->inside_context));
  ROW(TVMExecute, context, null, TVM_STATUS_NULL_CONTEXT, TVMExecute(&plain, W->inputs, W->outputs, NULL));
  ROW(TVMExecute, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMExecute(&plain, W->inputs, W->outputs, odd(&W->inside_context)));
  ROW(TVMExecute, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMExecute(&plain, W->inputs, W->outputs, &W->spare));

  MODEL_ROWS(TVMReset, STATUS, TVMReset(MODEL, &W->context));
  ROW(TVMReset, context, null, TVM_STATUS_NULL_CONTEXT, TVMReset(&full, NULL));
  ROW(TVMReset, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMReset(&full, odd(&W->context)));
  ROW(TVMReset, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMReset(&full, &W->spare));

  MODEL_ROWS(TVMMapInputs, STATUS, TVMMapInputs(MODEL, &W->inside_context, W->inside_inputs));
  ROW(TVMMapInputs, context, null, TVM_STATUS_NULL_CONTEXT, TVMMapInputs(&inside, NULL, W->inside_inputs));
  ROW(TVMMapInputs, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMMapInputs(&inside, odd(&W->inside_context), W->inside_inputs));
  ROW(TVMMapInputs, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMMapInputs(&inside, &W->spare, W->inside_inputs));
  ROW(TVMMapInputs, inputs, null, TVM_STATUS_NULL_INPUTS, TVMMapInputs(&inside, &W->inside_context, NULL));
  ROW(TVMMapInputs, inputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMMapInputs(&inside, &W->inside_context, odd(W->inside_inputs)));
  ROW(TVMMapInputs, model, of_another_kind, TVM_STATUS_NOT_AVAILABLE, TVMMapInputs(&full, &W->context, W->inputs));

  MODEL_ROWS(TVMMapOutputs, STATUS, TVMMapOutputs(MODEL, &W->inside_context, W->inside_outputs));
  ROW(TVMMapOutputs, context, null, TVM_STATUS_NULL_CONTEXT, TVMMapOutputs(&inside, NULL, W->inside_outputs));
  ROW(TVMMapOutputs, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMMapOutputs(&inside, odd(&W->inside_context), W->inside_outputs));
  ROW(TVMMapOutputs, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMMapOutputs(&inside, &W->spare, W->inside_outputs));
  ROW(TVMMapOutputs, outputs, null, TVM_STATUS_NULL_OUTPUTS, TVMMapOutputs(&inside, &W->inside_context, NULL));
  ROW(TVMMapOutputs, outputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMMapOutputs(&inside, &W->inside_context, odd(W->inside_outputs)));
  ROW(TVMMapOutputs, model, of_another_kind, TVM_STATUS_NOT_AVAILABLE, TVMMapOutputs(&full, &W->context, W->outputs));

  MODEL_ROWS(TVMGetWorkspace, STATUS, TVMGetWorkspace(MODEL, &W->context, 0, W->memory));
  ROW(TVMGetWorkspace, context, null, TVM_STATUS_NULL_CONTEXT, TVMGetWorkspace(&full, NULL, 0, W->memory));
  ROW(TVMGetWorkspace, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMGetWorkspace(&full, odd(&W->context), 0, W->memory));
  ROW(TVMGetWorkspace, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMGetWorkspace(&full, &W->spare, 0, W->memory));
  INDEX_ROWS(TVMGetWorkspace, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetWorkspace(&full, &W->context, INDEX, W->memory));
  INDEX_ROWS(TVMGetWorkspace, 0, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetWorkspace(&alone, &W->context, INDEX, W->memory));
  ROW(TVMGetWorkspace, memory, null, TVM_STATUS_NULL_ARGUMENT, TVMGetWorkspace(&full, &W->context, 0, NULL));
  ROW(TVMGetWorkspace, memory, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetWorkspace(&full, &W->context, 0, odd(W->memory)));

  MODEL_ROWS(TVMGetParameter, STATUS, TVMGetParameter(MODEL, &W->context, 1, W->constant_memory));
  ROW(TVMGetParameter, context, null, TVM_STATUS_NULL_CONTEXT, TVMGetParameter(&full, NULL, 1, W->constant_memory));
  ROW(TVMGetParameter, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMGetParameter(&full, odd(&W->context), 1, W->constant_memory));
  ROW(TVMGetParameter, context, unset, TVM_STATUS_PARAMETERS_NOT_SET, TVMGetParameter(&full, &W->spare, 1, W->constant_memory));
  INDEX_ROWS(TVMGetParameter, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetParameter(&full, &W->context, INDEX, W->constant_memory));
  INDEX_ROWS(TVMGetParameter, 0, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetParameter(&plain, &W->context, INDEX, W->constant_memory));
  ROW(TVMGetParameter, memory, null, TVM_STATUS_NULL_ARGUMENT, TVMGetParameter(&full, &W->context, 1, NULL));
  ROW(TVMGetParameter, memory, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetParameter(&full, &W->context, 1, odd(W->constant_memory)));

  MODEL_ROWS(TVMGetDevice, STATUS, TVMGetDevice(MODEL, &W->context, 1, W->memory));
  ROW(TVMGetDevice, context, null, TVM_STATUS_NULL_CONTEXT, TVMGetDevice(&full, NULL, 1, W->memory));
  ROW(TVMGetDevice, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMGetDevice(&full, odd(&W->context), 1, W->memory));
  ROW(TVMGetDevice, context, unset, TVM_STATUS_DEVICES_NOT_SET, TVMGetDevice(&full, &W->spare, 1, W->memory));
  INDEX_ROWS(TVMGetDevice, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetDevice(&full, &W->context, INDEX, W->memory));
  INDEX_ROWS(TVMGetDevice, 0, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetDevice(&plain, &W->context, INDEX, W->memory));
  ROW(TVMGetDevice, device, null, TVM_STATUS_NULL_ARGUMENT, TVMGetDevice(&full, &W->context, 1, NULL));
  ROW(TVMGetDevice, device, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetDevice(&full, &W->context, 1, odd(W->memory)));

  MODEL_ROWS(TVMCheckMapped, STATUS, TVMCheckMapped(MODEL, &W->inside_context, W->inputs, W->outputs));
  ROW(TVMCheckMapped, context, null, TVM_STATUS_NULL_CONTEXT, TVMCheckMapped(&inside, NULL, W->inputs, W->outputs));
  ROW(TVMCheckMapped, context, misaligned, TVM_STATUS_MISALIGNED_CONTEXT, TVMCheckMapped(&inside, odd(&W->inside_context), W->inputs, NULL));
  ROW(TVMCheckMapped, context, unset, TVM_STATUS_WORKSPACES_NOT_SET, TVMCheckMapped(&inside, &W->spare, NULL, W->outputs));
  LEGAL(TVMCheckMapped, inputs, null, TVM_STATUS_OK, TVMCheckMapped(&inside, &W->inside_context, NULL, NULL));
  LEGAL(TVMCheckMapped, outputs, null, TVM_STATUS_OK, TVMCheckMapped(&inside, &W->inside_context, NULL, NULL));
  ROW(TVMCheckMapped, inputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMCheckMapped(&inside, &W->inside_context, odd(W->inputs), NULL));
  ROW(TVMCheckMapped, outputs, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMCheckMapped(&inside, &W->inside_context, NULL, odd(W->outputs)));
  ROW(TVMCheckMapped, inputs, elsewhere, TVM_STATUS_TENSOR_NOT_IN_WORKSPACE, TVMCheckMapped(&inside, &W->inside_context, W->inputs, NULL));
  ROW(TVMCheckMapped, outputs, elsewhere, TVM_STATUS_TENSOR_NOT_IN_WORKSPACE, TVMCheckMapped(&inside, &W->inside_context, NULL, W->outputs));
}

/* The names of `full`, each wrong by a little. */
#define NAME_ROWS(function, own)                                                                       \
  ROW(function, name, null, TVM_STATUS_NULL_ARGUMENT, function(&full, NULL));                          \
  ROW(function, name, unknown, TVM_STATUS_NAME_UNKNOWN, function(&full, "no such name"));              \
  ROW(function, name, empty, TVM_STATUS_NAME_UNKNOWN, function(&full, ""));                            \
  ROW(function, name, longer, TVM_STATUS_NAME_UNKNOWN, function(&full, own "s"));                      \
  ROW(function, name, with_a_space, TVM_STATUS_NAME_UNKNOWN, function(&full, " " own));                \
  LEGAL(function, name, own, 0, function(&full, own))

static void about_the_model(void) {
  MODEL_ROWS(TVMCheckModel, STATUS, TVMCheckModel(MODEL));
  MODEL_ROWS(TVMGetModelName, NOTHING, TVMGetModelName(MODEL));
  MODEL_ROWS(TVMGetDeviceCount, NOTHING, TVMGetDeviceCount(MODEL));
  MODEL_ROWS(TVMFindDevice, STATUS, TVMFindDevice(MODEL, "npu"));
  NAME_ROWS(TVMFindDevice, "neural unit");
  MODEL_ROWS(TVMGetDeviceName, NOTHING, TVMGetDeviceName(MODEL, 0));
  INDEX_ROWS(TVMGetDeviceName, 2, NULL, TVMGetDeviceName(&full, INDEX));
  INDEX_ROWS(TVMGetDeviceName, 0, NULL, TVMGetDeviceName(&plain, INDEX));
  MODEL_ROWS(TVMGetTVMVersionMajor, STATUS, TVMGetTVMVersionMajor(MODEL));
  MODEL_ROWS(TVMGetTVMVersionMinor, STATUS, TVMGetTVMVersionMinor(MODEL));
  MODEL_ROWS(TVMGetTVMVersionPatch, STATUS, TVMGetTVMVersionPatch(MODEL));
  ROW(TVMGetTVMVersionMajor, model, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetTVMVersionMajor(&inside));
  ROW(TVMGetTVMVersionMinor, model, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetTVMVersionMinor(&inside));
  ROW(TVMGetTVMVersionPatch, model, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetTVMVersionPatch(&inside));
}

static void about_pools(void) {
  MODEL_ROWS(TVMGetWorkspaceCount, NOTHING, TVMGetWorkspaceCount(MODEL));
  MODEL_ROWS(TVMFindWorkspace, STATUS, TVMFindWorkspace(MODEL, "state"));
  NAME_ROWS(TVMFindWorkspace, "fast memory");
  ROW(TVMFindWorkspace, name, of_another_kind, TVM_STATUS_NAME_UNKNOWN, TVMFindWorkspace(&full, "weights"));
  MODEL_ROWS(TVMGetWorkspaceName, NOTHING, TVMGetWorkspaceName(MODEL, 0));
  INDEX_ROWS(TVMGetWorkspaceName, 2, NULL, TVMGetWorkspaceName(&full, INDEX));
  MODEL_ROWS(TVMGetWorkspaceSize, NOTHING, TVMGetWorkspaceSize(MODEL, 0));
  INDEX_ROWS(TVMGetWorkspaceSize, 2, 0, TVMGetWorkspaceSize(&full, INDEX));
  INDEX_ROWS(TVMGetWorkspaceSize, 0, 0, TVMGetWorkspaceSize(&alone, INDEX));
  MODEL_ROWS(TVMGetWorkspaceAlignedSize, NOTHING, TVMGetWorkspaceAlignedSize(MODEL, 0));
  INDEX_ROWS(TVMGetWorkspaceAlignedSize, 2, 0, TVMGetWorkspaceAlignedSize(&full, INDEX));
  MODEL_ROWS(TVMGetWorkspaceAlignment, NOTHING, TVMGetWorkspaceAlignment(MODEL, 0));
  INDEX_ROWS(TVMGetWorkspaceAlignment, 2, 0, TVMGetWorkspaceAlignment(&full, INDEX));
  MODEL_ROWS(TVMIsWorkspaceState, STATUS, TVMIsWorkspaceState(MODEL, 0));
  INDEX_ROWS(TVMIsWorkspaceState, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMIsWorkspaceState(&full, INDEX));

  MODEL_ROWS(TVMGetParameterCount, NOTHING, TVMGetParameterCount(MODEL));
  MODEL_ROWS(TVMFindParameter, STATUS, TVMFindParameter(MODEL, "weights"));
  NAME_ROWS(TVMFindParameter, "carried data");
  MODEL_ROWS(TVMGetParameterName, NOTHING, TVMGetParameterName(MODEL, 0));
  INDEX_ROWS(TVMGetParameterName, 2, NULL, TVMGetParameterName(&full, INDEX));
  MODEL_ROWS(TVMGetParameterSize, NOTHING, TVMGetParameterSize(MODEL, 0));
  INDEX_ROWS(TVMGetParameterSize, 2, 0, TVMGetParameterSize(&full, INDEX));
  MODEL_ROWS(TVMGetParameterAlignment, NOTHING, TVMGetParameterAlignment(MODEL, 0));
  INDEX_ROWS(TVMGetParameterAlignment, 2, 0, TVMGetParameterAlignment(&full, INDEX));
  MODEL_ROWS(TVMGetParameterData, NOTHING, TVMGetParameterData(MODEL, 0));
  INDEX_ROWS(TVMGetParameterData, 2, NULL, TVMGetParameterData(&full, INDEX));
}

static void about_inputs(void) {
  MODEL_ROWS(TVMGetInputCount, NOTHING, TVMGetInputCount(MODEL));
  MODEL_ROWS(TVMFindInput, STATUS, TVMFindInput(MODEL, "image"));
  NAME_ROWS(TVMFindInput, "in/image:0");
  ROW(TVMFindInput, name, of_another_kind, TVM_STATUS_NAME_UNKNOWN, TVMFindInput(&full, "out/image:0"));
  MODEL_ROWS(TVMGetInputName, NOTHING, TVMGetInputName(MODEL, 0));
  INDEX_ROWS(TVMGetInputName, 2, NULL, TVMGetInputName(&full, INDEX));
  MODEL_ROWS(TVMGetInputSize, NOTHING, TVMGetInputSize(MODEL, 0));
  INDEX_ROWS(TVMGetInputSize, 2, 0, TVMGetInputSize(&full, INDEX));
  MODEL_ROWS(TVMGetInputAlignment, NOTHING, TVMGetInputAlignment(MODEL, 0));
  INDEX_ROWS(TVMGetInputAlignment, 2, 0, TVMGetInputAlignment(&full, INDEX));
  MODEL_ROWS(TVMGetInputDataType, STATUS, TVMGetInputDataType(MODEL, 0, W->data_type));
  INDEX_ROWS(TVMGetInputDataType, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetInputDataType(&full, INDEX, W->data_type));
  ROW(TVMGetInputDataType, data_type, null, TVM_STATUS_NULL_ARGUMENT, TVMGetInputDataType(&full, 0, NULL));
  ROW(TVMGetInputDataType, data_type, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetInputDataType(&full, 0, odd(W->data_type)));
  MODEL_ROWS(TVMGetInputShape, STATUS, TVMGetInputShape(MODEL, 0, W->shape, W->rank));
  INDEX_ROWS(TVMGetInputShape, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetInputShape(&full, INDEX, W->shape, W->rank));
  ROW(TVMGetInputShape, shape, null, TVM_STATUS_NULL_ARGUMENT, TVMGetInputShape(&full, 0, NULL, W->rank));
  ROW(TVMGetInputShape, shape, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetInputShape(&full, 0, odd(W->shape), W->rank));
  ROW(TVMGetInputShape, rank, null, TVM_STATUS_NULL_ARGUMENT, TVMGetInputShape(&full, 0, W->shape, NULL));
  ROW(TVMGetInputShape, rank, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetInputShape(&full, 0, W->shape, odd(W->rank)));
  ROW(TVMGetInputShape, index, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetInputShape(&full, 1, W->shape, W->rank));
  MODEL_ROWS(TVMGetInputQuantization, STATUS, TVMGetInputQuantization(MODEL, 0, W->scale, W->zero_point));
  INDEX_ROWS(TVMGetInputQuantization, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetInputQuantization(&full, INDEX, W->scale, W->zero_point));
  ROW(TVMGetInputQuantization, scale, null, TVM_STATUS_NULL_ARGUMENT, TVMGetInputQuantization(&full, 0, NULL, W->zero_point));
  ROW(TVMGetInputQuantization, scale, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetInputQuantization(&full, 0, odd(W->scale), W->zero_point));
  ROW(TVMGetInputQuantization, zero_point, null, TVM_STATUS_NULL_ARGUMENT, TVMGetInputQuantization(&full, 0, W->scale, NULL));
  ROW(TVMGetInputQuantization, zero_point, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetInputQuantization(&full, 0, W->scale, odd(W->zero_point)));
  ROW(TVMGetInputQuantization, index, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetInputQuantization(&full, 1, W->scale, W->zero_point));
}

static void about_outputs(void) {
  MODEL_ROWS(TVMGetOutputCount, NOTHING, TVMGetOutputCount(MODEL));
  MODEL_ROWS(TVMFindOutput, STATUS, TVMFindOutput(MODEL, "image"));
  NAME_ROWS(TVMFindOutput, "out/image:0");
  ROW(TVMFindOutput, name, of_another_kind, TVM_STATUS_NAME_UNKNOWN, TVMFindOutput(&full, "in/image:0"));
  MODEL_ROWS(TVMGetOutputName, NOTHING, TVMGetOutputName(MODEL, 0));
  INDEX_ROWS(TVMGetOutputName, 2, NULL, TVMGetOutputName(&full, INDEX));
  MODEL_ROWS(TVMGetOutputSize, NOTHING, TVMGetOutputSize(MODEL, 0));
  INDEX_ROWS(TVMGetOutputSize, 2, 0, TVMGetOutputSize(&full, INDEX));
  MODEL_ROWS(TVMGetOutputAlignment, NOTHING, TVMGetOutputAlignment(MODEL, 0));
  INDEX_ROWS(TVMGetOutputAlignment, 2, 0, TVMGetOutputAlignment(&full, INDEX));
  MODEL_ROWS(TVMGetOutputDataType, STATUS, TVMGetOutputDataType(MODEL, 0, W->data_type));
  INDEX_ROWS(TVMGetOutputDataType, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetOutputDataType(&full, INDEX, W->data_type));
  ROW(TVMGetOutputDataType, data_type, null, TVM_STATUS_NULL_ARGUMENT, TVMGetOutputDataType(&full, 0, NULL));
  ROW(TVMGetOutputDataType, data_type, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetOutputDataType(&full, 0, odd(W->data_type)));
  MODEL_ROWS(TVMGetOutputShape, STATUS, TVMGetOutputShape(MODEL, 0, W->shape, W->rank));
  INDEX_ROWS(TVMGetOutputShape, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetOutputShape(&full, INDEX, W->shape, W->rank));
  ROW(TVMGetOutputShape, shape, null, TVM_STATUS_NULL_ARGUMENT, TVMGetOutputShape(&full, 0, NULL, W->rank));
  ROW(TVMGetOutputShape, shape, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetOutputShape(&full, 0, odd(W->shape), W->rank));
  ROW(TVMGetOutputShape, rank, null, TVM_STATUS_NULL_ARGUMENT, TVMGetOutputShape(&full, 0, W->shape, NULL));
  ROW(TVMGetOutputShape, rank, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetOutputShape(&full, 0, W->shape, odd(W->rank)));
  ROW(TVMGetOutputShape, index, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetOutputShape(&full, 1, W->shape, W->rank));
  MODEL_ROWS(TVMGetOutputQuantization, STATUS, TVMGetOutputQuantization(MODEL, 0, W->scale, W->zero_point));
  INDEX_ROWS(TVMGetOutputQuantization, 2, TVM_STATUS_INDEX_OUT_OF_RANGE, TVMGetOutputQuantization(&full, INDEX, W->scale, W->zero_point));
  ROW(TVMGetOutputQuantization, scale, null, TVM_STATUS_NULL_ARGUMENT, TVMGetOutputQuantization(&full, 0, NULL, W->zero_point));
  ROW(TVMGetOutputQuantization, scale, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetOutputQuantization(&full, 0, odd(W->scale), W->zero_point));
  ROW(TVMGetOutputQuantization, zero_point, null, TVM_STATUS_NULL_ARGUMENT, TVMGetOutputQuantization(&full, 0, W->scale, NULL));
  ROW(TVMGetOutputQuantization, zero_point, misaligned, TVM_STATUS_MISALIGNED_ARGUMENT, TVMGetOutputQuantization(&full, 0, W->scale, odd(W->zero_point)));
  ROW(TVMGetOutputQuantization, index, without_the_fact, TVM_STATUS_NOT_AVAILABLE, TVMGetOutputQuantization(&full, 1, W->scale, W->zero_point));
}

static void errors(void) {
  static const char longest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde";
  static const char longer[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef and more";
  int32_t code;
  size_t length;

  ROW(TVMAPISetLastError, message, null, '\0', (TVMAPISetLastError("x"), TVMAPISetLastError(NULL), TVMGetLastError()[0]));
  LEGAL(TVMAPISetLastError, message, empty, '\0', (TVMAPISetLastError("x"), TVMAPISetLastError(""), TVMGetLastError()[0]));
  LEGAL(TVMAPISetLastError, message, longest, 0, (TVMAPISetLastError(longest), strcmp(TVMGetLastError(), longest)));
  LEGAL(TVMAPISetLastError, message, longer, 0, (TVMAPISetLastError(longer), strcmp(TVMGetLastError(), longest)));
  LEGAL(TVMAPISetLastError, message, shorter, 0, (TVMAPISetLastError("short"), strcmp(TVMGetLastError(), "short")));
  for (length = 0; length < TVM_LAST_ERROR_SIZE; length++) {
    CHECK(sizeof(longest) == TVM_LAST_ERROR_SIZE);
    TVMAPISetLastError(longest + (TVM_LAST_ERROR_SIZE - 1 - length));
    CHECK(strlen(TVMGetLastError()) == length);
  }

  ROW(TVMStatusString, status, unknown, 0, strcmp(TVMStatusString(-7400), "model's own code"));
  ROW(TVMStatusString, status, unknown, 0, strcmp(TVMStatusString(INT32_MIN), "model's own code"));
  ROW(TVMStatusString, status, unknown, 0, strcmp(TVMStatusString(INT32_MAX), "model's own code"));
  ROW(TVMStatusString, status, unknown, 0, strcmp(TVMStatusString(1), "model's own code"));
  for (code = -7500; code <= -7399; code++) {
    const char *text = TVMStatusString(code);
    const int ours = code <= TVM_STATUS_NULL_MODEL && code >= TVM_STATUS_BUSY;
    CHECK(text[0] != '\0');
    CHECK(ours == (strcmp(text, "model's own code") != 0));
    CHECK(!ours || strcmp(text, TVMStatusString(code == TVM_STATUS_NULL_MODEL ? TVM_STATUS_BUSY : code + 1)) != 0);
  }
  CHECK(good_TVMStatusString() && good_TVMGetABIVersion() && good_TVMGetLibraryVersion() && good_TVMGetLastError());
}

static void the_good_calls(void) {
  row_begin();
  CHECK(good_TVMExecute() && good_TVMReset());
  /* The library and the header of one checkout are of one version. */
  {
    char version[32];
    sprintf(version, "%d.%d.%d", TVM_EMBEDDED_VERSION_MAJOR, TVM_EMBEDDED_VERSION_MINOR, TVM_EMBEDDED_VERSION_PATCH);
    CHECK_TEXT(TVMGetLibraryVersion(), version);
  }
}

int main(void) {
  setting();
  running();
  about_the_model();
  about_pools();
  about_inputs();
  about_outputs();
  errors();
  the_good_calls();
  return check_end();
}
