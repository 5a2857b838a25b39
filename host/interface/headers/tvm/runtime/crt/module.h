/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of functions that some C made by TVM 0.8 to 0.18 names. A minimal header of tvm_embedded, not TVM's own. */
#ifndef TVM_RUNTIME_CRT_MODULE_H_
#define TVM_RUNTIME_CRT_MODULE_H_

#include "tvm/runtime/c_backend_api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TVMFuncRegistry {
  const char *names; /* their number in two bytes, then each with a NUL behind it */
  const TVMBackendPackedCFunc *funcs;
} TVMFuncRegistry;

typedef struct TVMModule {
  const TVMFuncRegistry *registry;
} TVMModule;

#ifdef __cplusplus
}
#endif
#endif /* TVM_RUNTIME_CRT_MODULE_H_ */
