/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to make a model or a context bad. */
#ifndef BAD_DESCRIPTORS_H
#define BAD_DESCRIPTORS_H

#include "reachable_memory.h"

static void make_model_bad(TVMModel *model, unsigned way) {
  if (way >= MODEL_SIZE_ZERO) {
    model->struct_size = 0;
  } else if (way >= MODEL_SIZE_BY) {
    model->struct_size = (uint16_t)(model->struct_size + (int8_t)(way - MODEL_SIZE_BY));
  } else if (way >= MODEL_ABI_BY) {
    model->abi_version = (uint8_t)(model->abi_version + (way - MODEL_ABI_BY));
  } else if (way >= MODEL_MAGIC_BIT) {
    model->magic ^= (uint32_t)1 << (way - MODEL_MAGIC_BIT);
  } else {
    memset(model, way == MODEL_ONES ? 0xFF : 0, sizeof(*model));
  }
}

static void make_context_bad(const TVMModel *model, TVMContext *context, unsigned how) {
  const unsigned aspect = how >> 16, way = how & 0xFF00u, value = how & 0xFFu;
  TVMBinding *binding = aspect == 0 ? &context->workspaces : aspect == 1 ? &context->parameters : &context->devices;
  const TVMPool *pools = aspect == 0 ? model->workspaces : aspect == 1 ? model->parameters : model->devices;
  const size_t count = aspect == 0 ? model->num_workspaces : aspect == 1 ? model->num_parameters : model->num_devices;
  const size_t table_size = count * sizeof(void *);
  const void *buffer = aspect == 0 ? (const void *)aligned_sram() : (const void *)reachable.weights;
  size_t at;
  for (at = 0; at < count; at++) {
    reachable.table[at] = binding->kind == TVM_BINDING_TABLE ? ((void *const *)binding->memory)[at] : (void *)(uintptr_t)buffer;
  }
  switch (way) {
    case BYTES:
      memset(binding, (int)value, sizeof(*binding));
      break;
    case KIND_BIT:
      binding->kind ^= (uint32_t)1 << value;
      break;
    case TABLE_NULL:
      set_binding(binding, NULL, table_size, TVM_BINDING_TABLE);
      break;
    case TABLE_AT:
      set_binding(binding, (char *)reachable.table + value, table_size, TVM_BINDING_TABLE);
      break;
    case TABLE_LESS:
      set_binding(binding, reachable.table, value == 255 ? 0 : table_size - value, TVM_BINDING_TABLE);
      break;
    case ENTRY_NULL:
      set_binding(binding, reachable.table, table_size, TVM_BINDING_TABLE);
      reachable.table[value] = NULL;
      break;
    case ENTRY_AT_THE_END:
      set_binding(binding, reachable.table, table_size, TVM_BINDING_TABLE);
      reachable.table[value] = before_the_end(aspect == 0 ? 1 : LAST_ALIGNMENT);
      break;
    case ENTRY_ODD:
      set_binding(binding, reachable.table, table_size, TVM_BINDING_TABLE);
      reachable.table[value] = (char *)reachable.table[value] + 1;
      break;
    case BUFFER_LESS:
      set_binding(binding, buffer, value == 255 ? 0 : pools[0].size - value, TVM_BINDING_BUFFER);
      break;
    case BUFFER_NULL:
      set_binding(binding, NULL, SIZE_MAX, TVM_BINDING_AUTO);
      break;
    case BUFFER_AT_THE_END:
      set_binding(binding, before_the_end(LAST_ALIGNMENT), SIZE_MAX, TVM_BINDING_BUFFER);
      break;
    default:
      set_binding(binding, (const char *)buffer + 1, SIZE_MAX, TVM_BINDING_AUTO);
      break;
  }
}

#endif
