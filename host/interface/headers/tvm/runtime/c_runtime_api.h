/* SPDX-License-Identifier: Apache-2.0 */
/* What C made by TVM 0.8 to 0.18 uses of TVM's runtime interface, with the layouts TVM documents. A minimal header of
 * tvm_embedded, not TVM's own: where a project has that one, put its directory first in the include path. */
#ifndef TVM_RUNTIME_C_RUNTIME_API_H_
#define TVM_RUNTIME_C_RUNTIME_API_H_

#include <dlpack/dlpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef TVM_DLL
#if defined(_WIN32) || defined(__CYGWIN__) || !(defined(__GNUC__) || defined(__clang__))
#define TVM_DLL
#else
#define TVM_DLL __attribute__((visibility("default")))
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* How the elements of packed arguments are to be read. */
typedef enum {
  kTVMArgInt = 0,
  kTVMArgFloat = 2,
  kTVMOpaqueHandle = 3,
  kTVMNullptr = 4,
  kTVMDataType = 5,
  kDLDevice = 6,
  kTVMDLTensorHandle = 7,
  kTVMObjectHandle = 8,
  kTVMModuleHandle = 9,
  kTVMPackedFuncHandle = 10,
  kTVMStr = 11,
  kTVMBytes = 12,
  kTVMNDArrayHandle = 13
} TVMArgTypeCode;

/* One packed argument. */
typedef union {
  int64_t v_int64;
  double v_float64;
  void *v_handle;
  const char *v_str;
  DLDataType v_type;
  DLDevice v_device;
} TVMValue;

typedef void *TVMFunctionHandle;
typedef void *TVMRetValueHandle;
typedef void *TVMModuleHandle;
typedef DLTensor *TVMArrayHandle;

#ifdef TVM_EMBEDDED_NO_LIBRARY
/* Nothing keeps the message. tvm_embedded.h refuses the name, which is for users. */
#undef TVMAPISetLastError
#define TVMAPISetLastError(message) ((void)(message))
#undef TVMGetLastError
#define TVMGetLastError() ""
#elif !defined(TVM_EMBEDDED_H)
/* Both are functions of tvm_embedded, whose own header declares them, too. */
void TVMAPISetLastError(const char *message);
const char *TVMGetLastError(void);
#endif

#ifdef __cplusplus
}
#endif
#endif /* TVM_RUNTIME_C_RUNTIME_API_H_ */
