/* SPDX-License-Identifier: Apache-2.0 */
/* For each exported function a call with everything right and what it must answer. */
#ifndef GOOD_H
#define GOOD_H

#include "world.h"

#define GOOD(function, holds)         \
  static int good_##function(void) {  \
    return (holds);                   \
  }
#define W (&world)

static int is(const void *memory, const TVMBinding *binding, size_t size, uint32_t kind) {
  return binding->memory == memory && binding->size == size && binding->kind == kind;
}

GOOD(TVMSetWorkspaces, (TVMSetWorkspaces)(&W->spare, W->sram.bytes) == 0 &&
                           is(W->sram.bytes, &W->spare.workspaces, SIZE_MAX, TVM_BINDING_AUTO))
GOOD(TVMSetWorkspaceBuffer, TVMSetWorkspaceBuffer(&W->spare, W->sram.bytes, 5) == 0 &&
                                is(W->sram.bytes, &W->spare.workspaces, 5, TVM_BINDING_BUFFER))
GOOD(TVMSetWorkspaceTable, TVMSetWorkspaceTable(&W->spare, W->workspaces, sizeof(W->workspaces)) == 0 &&
                               is(W->workspaces, &W->spare.workspaces, sizeof(W->workspaces), TVM_BINDING_TABLE))
GOOD(TVMSetParameters, (TVMSetParameters)(&W->spare, W->weights) == 0 &&
                           is(W->weights, &W->spare.parameters, SIZE_MAX, TVM_BINDING_AUTO))
GOOD(TVMSetParameterBuffer, TVMSetParameterBuffer(&W->spare, W->weights, 8) == 0 &&
                                is(W->weights, &W->spare.parameters, 8, TVM_BINDING_BUFFER))
GOOD(TVMSetParameterTable, TVMSetParameterTable(&W->spare, W->parameters, sizeof(W->parameters)) == 0 &&
                               is(W->parameters, &W->spare.parameters, sizeof(W->parameters), TVM_BINDING_TABLE))
GOOD(TVMSetDevices, TVMSetDevices(&W->spare, W->devices) == 0 &&
                        is(W->devices, &W->spare.devices, SIZE_MAX, TVM_BINDING_TABLE))
GOOD(TVMSetWorkspace, TVMSetWorkspace(&full, W->workspaces, 0, W->sram.bytes, FAKE_BUFFER) == 0 &&
                          W->workspaces[0] == W->sram.bytes && W->workspaces[1] == &W->state)
GOOD(TVMSetParameter, TVMSetParameter(&full, W->parameters, 0, W->weights, 16) == 0 && W->parameters[0] == W->weights &&
                          W->parameters[1] == W->weights)

GOOD(TVMExecute, TVMExecute(&full, W->inputs, W->outputs, &W->context) == 0 && W->out_vector[0] < 1.0f)
GOOD(TVMReset, TVMReset(&full, &W->context) == 0 && W->state == 0)
GOOD(TVMMapInputs, TVMMapInputs(&inside, &W->inside_context, W->inside_inputs) == 0 &&
                       W->inside_inputs[0] == (const char *)aligned_sram() + INSIDE_X)
GOOD(TVMMapOutputs, TVMMapOutputs(&inside, &W->inside_context, W->inside_outputs) == 0 &&
                        W->inside_outputs[0] == (char *)aligned_sram() + INSIDE_Y)
GOOD(TVMGetWorkspace, TVMGetWorkspace(&full, &W->context, 1, W->memory) == 0 && W->memory[0] == &W->state)
GOOD(TVMGetParameter, TVMGetParameter(&full, &W->context, 1, W->constant_memory) == 0 && W->constant_memory[0] == W->weights)

GOOD(TVMGetDevice, TVMGetDevice(&full, &W->context, 1, W->memory) == 0 && W->memory[0] == &W->state)
GOOD(TVMCheckMapped, TVMMapInputs(&inside, &W->inside_context, W->inside_inputs) == 0 &&
                         TVMMapOutputs(&inside, &W->inside_context, W->inside_outputs) == 0 &&
                         TVMCheckMapped(&inside, &W->inside_context, W->inside_inputs, W->inside_outputs) == 0)

GOOD(TVMCheckModel, TVMCheckModel(&full) == 0)
GOOD(TVMGetModelName, strcmp(TVMGetModelName(&full), "full") == 0)
GOOD(TVMGetDeviceCount, TVMGetDeviceCount(&full) == 2)
GOOD(TVMFindDevice, TVMFindDevice(&full, "neural unit") == 0 && TVMFindDevice(&full, "dsp") == 1)
GOOD(TVMGetDeviceName, strcmp(TVMGetDeviceName(&full, 1), "signal processor") == 0)
GOOD(TVMGetTVMVersionMajor, TVMGetTVMVersionMajor(&full) == 0)
GOOD(TVMGetTVMVersionMinor, TVMGetTVMVersionMinor(&full) == 18)
GOOD(TVMGetTVMVersionPatch, TVMGetTVMVersionPatch(&full) == 7)

GOOD(TVMGetWorkspaceCount, TVMGetWorkspaceCount(&full) == 2)
GOOD(TVMFindWorkspace, TVMFindWorkspace(&full, "memory of state") == 1 && TVMFindWorkspace(&full, "state") == 1)
GOOD(TVMGetWorkspaceName, strcmp(TVMGetWorkspaceName(&full, 0), "fast memory") == 0)
GOOD(TVMGetWorkspaceSize, TVMGetWorkspaceSize(&full, 0) == FAKE_BUFFER)
GOOD(TVMGetWorkspaceAlignedSize, TVMGetWorkspaceAlignedSize(&full, 0) == FAKE_WORKSPACE)
GOOD(TVMGetWorkspaceAlignment, TVMGetWorkspaceAlignment(&full, 0) == FAKE_ALIGNMENT)
GOOD(TVMIsWorkspaceState, TVMIsWorkspaceState(&full, 0) == 0 && TVMIsWorkspaceState(&full, 1) == 1)
GOOD(TVMGetParameterCount, TVMGetParameterCount(&full) == 2)
GOOD(TVMFindParameter, TVMFindParameter(&full, "user's weights") == 1 && TVMFindParameter(&full, "carried") == 0)
GOOD(TVMGetParameterName, strcmp(TVMGetParameterName(&full, 1), "user's weights") == 0)
GOOD(TVMGetParameterSize, TVMGetParameterSize(&full, 1) == FAKE_WEIGHTS)
GOOD(TVMGetParameterAlignment, TVMGetParameterAlignment(&full, 1) == FAKE_WEIGHTS_ALIGNMENT)
GOOD(TVMGetParameterData, TVMGetParameterData(&full, 0) != NULL && TVMGetParameterData(&full, 1) == NULL)

GOOD(TVMGetInputCount, TVMGetInputCount(&full) == 2)
GOOD(TVMFindInput, TVMFindInput(&full, "in/vector") == 1 && TVMFindInput(&full, "image") == 0)
GOOD(TVMGetInputName, strcmp(TVMGetInputName(&full, 0), "in/image:0") == 0)
GOOD(TVMGetInputSize, TVMGetInputSize(&full, 1) == FAKE_FLOATS * sizeof(float))
GOOD(TVMGetInputAlignment, TVMGetInputAlignment(&full, 1) == 4)
GOOD(TVMGetInputDataType, TVMGetInputDataType(&full, 1, W->data_type) == 0 && W->data_type[0].code == 2 &&
                              W->data_type[0].bits == 32 && W->data_type[0].lanes == 1)
GOOD(TVMGetInputShape, TVMGetInputShape(&full, 0, W->shape, W->rank) == 0 && W->rank[0] == 4 && W->shape[0][3] == 4)
GOOD(TVMGetInputQuantization, TVMGetInputQuantization(&full, 0, W->scale, W->zero_point) == 0 && W->zero_point[0] == -3 &&
                                  W->scale[0] > 0.4f && W->scale[0] < 0.6f)
GOOD(TVMGetOutputCount, TVMGetOutputCount(&full) == 2)
GOOD(TVMFindOutput, TVMFindOutput(&full, "out/vector") == 1 && TVMFindOutput(&full, "image") == 0)
GOOD(TVMGetOutputName, strcmp(TVMGetOutputName(&full, 0), "out/image:0") == 0)
GOOD(TVMGetOutputSize, TVMGetOutputSize(&full, 0) == FAKE_BYTES)
GOOD(TVMGetOutputAlignment, TVMGetOutputAlignment(&full, 0) == 1)
GOOD(TVMGetOutputDataType, TVMGetOutputDataType(&full, 0, W->data_type) == 0 && W->data_type[0].code == 0 &&
                               W->data_type[0].bits == 8 && W->data_type[0].lanes == 1)
GOOD(TVMGetOutputShape, TVMGetOutputShape(&full, 0, W->shape, W->rank) == 0 && W->rank[0] == 4 && W->shape[0][2] == 3)
GOOD(TVMGetOutputQuantization, TVMGetOutputQuantization(&full, 0, W->scale, W->zero_point) == 0 && W->zero_point[0] == -3)

GOOD(TVMStatusString, strcmp(TVMStatusString(TVM_STATUS_OK), "success") == 0)
GOOD(TVMAPISetLastError, (TVMAPISetLastError("why"), strcmp(TVMGetLastError(), "why") == 0))
GOOD(TVMGetLastError, (TVMAPISetLastError(NULL), TVMGetLastError()[0] == '\0'))
GOOD(TVMGetABIVersion, TVMGetABIVersion() == TVM_EMBEDDED_ABI_VERSION)
GOOD(TVMGetLibraryVersion, strchr(TVMGetLibraryVersion(), '.') != NULL)

#endif
