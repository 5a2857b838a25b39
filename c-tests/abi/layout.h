/* SPDX-License-Identifier: Apache-2.0 */
/* Every member of every public struct has the offset that the ABI says: P is the size of a pointer, 4 or 8. The library asserts
 * the same. */
#include "tvm_embedded.h"

#define P sizeof(void *)
#define AT(type, member, offset, size)                                             \
  TVM_STATIC_ASSERT(offsetof(type, member) == (offset), offset_##type##_##member); \
  TVM_STATIC_ASSERT(sizeof(((type *)0)->member) == (size), size_##type##_##member)

AT(TVMBinding, memory, 0, P);
AT(TVMBinding, size, P, P);
AT(TVMBinding, kind, 2 * P, 4);
TVM_STATIC_ASSERT(sizeof(TVMBinding) == 3 * P, size_of_binding);

AT(TVMContext, workspaces, 0, 3 * P);
AT(TVMContext, parameters, 3 * P, 3 * P);
AT(TVMContext, devices, 6 * P, 3 * P);
TVM_STATIC_ASSERT(sizeof(TVMContext) == 9 * P, size_of_context);

AT(TVMTensor, name, 0, P);
AT(TVMTensor, identifier, P, P);
AT(TVMTensor, shape, 2 * P, P);
AT(TVMTensor, size, 3 * P, 4);
AT(TVMTensor, alignment, 3 * P + 4, 4);
AT(TVMTensor, scale, 3 * P + 8, 4);
AT(TVMTensor, zero_point, 3 * P + 12, 4);
AT(TVMTensor, workspace_offset, 3 * P + 16, 4);
AT(TVMTensor, workspace, 3 * P + 20, 2);
AT(TVMTensor, dtype_lanes, 3 * P + 22, 2);
AT(TVMTensor, dtype_code, 3 * P + 24, 1);
AT(TVMTensor, dtype_bits, 3 * P + 25, 1);
AT(TVMTensor, rank, 3 * P + 26, 1);
AT(TVMTensor, flags, 3 * P + 27, 1);
AT(TVMTensor, reserved, 3 * P + 28, 4);
TVM_STATIC_ASSERT(sizeof(TVMTensor) == 3 * P + 32, size_of_tensor);

AT(TVMPool, name, 0, P);
AT(TVMPool, identifier, P, P);
AT(TVMPool, data, 2 * P, P);
AT(TVMPool, size, 3 * P, 4);
AT(TVMPool, alignment, 3 * P + 4, 4);
AT(TVMPool, buffer_size, 3 * P + 8, 4);
AT(TVMPool, flags, 3 * P + 12, 4);
TVM_STATIC_ASSERT(sizeof(TVMPool) == 3 * P + 16, size_of_pool);

AT(TVMModel, magic, 0, 4);
AT(TVMModel, abi_version, 4, 1);
AT(TVMModel, flags, 5, 1);
AT(TVMModel, struct_size, 6, 2);
AT(TVMModel, name, 8, P);
AT(TVMModel, inputs, 8 + P, P);
AT(TVMModel, outputs, 8 + 2 * P, P);
AT(TVMModel, workspaces, 8 + 3 * P, P);
AT(TVMModel, parameters, 8 + 4 * P, P);
AT(TVMModel, devices, 8 + 5 * P, P);
AT(TVMModel, entry, 8 + 6 * P, P);
AT(TVMModel, reset, 8 + 7 * P, P);
AT(TVMModel, num_inputs, 8 + 8 * P, 2);
AT(TVMModel, num_outputs, 10 + 8 * P, 2);
AT(TVMModel, num_workspaces, 12 + 8 * P, 2);
AT(TVMModel, num_parameters, 14 + 8 * P, 2);
AT(TVMModel, num_devices, 16 + 8 * P, 2);
AT(TVMModel, tensor_alignment_mask, 18 + 8 * P, 2);
AT(TVMModel, tvm_version, 20 + 8 * P, 6);
AT(TVMModel, reserved, 26 + 8 * P, 6);
TVM_STATIC_ASSERT(sizeof(TVMModel) == 8 * P + 32, size_of_model);

AT(TVMDataType, code, 0, 1);
AT(TVMDataType, bits, 1, 1);
AT(TVMDataType, lanes, 2, 2);
TVM_STATIC_ASSERT(sizeof(TVMDataType) == 4, size_of_data_type);

/* Numbers in generated files. */
TVM_STATIC_ASSERT(TVM_MODEL_MAGIC == 0x654D5654, the_magic);
TVM_STATIC_ASSERT(TVM_EMBEDDED_ABI_VERSION == 1, the_abi_version);
TVM_STATIC_ASSERT(TVM_BINDING_AUTO == 0x41004100, the_kind_auto);
TVM_STATIC_ASSERT(TVM_BINDING_BUFFER == 0x42004200, the_kind_buffer);
TVM_STATIC_ASSERT(TVM_BINDING_TABLE == 0x54005400, the_kind_table);
TVM_STATIC_ASSERT(TVM_TENSOR_SHAPED == 1 && TVM_TENSOR_QUANTIZED == 2 && TVM_TENSOR_IN_WORKSPACE == 4, the_tensor_flags);
TVM_STATIC_ASSERT(TVM_POOL_STATE == 1 && TVM_MODEL_PLAIN == 1 && TVM_VERSION_UNKNOWN == 0xFFFF, the_other_flags);
TVM_STATIC_ASSERT(sizeof(TVMStatus) == 4, the_status_is_32_bits_wide);
