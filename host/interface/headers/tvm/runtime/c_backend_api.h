/* SPDX-License-Identifier: Apache-2.0 */
/* What C made by TVM 0.8 to 0.18 calls at run time. A minimal header of tvm_embedded, not TVM's own. The interface
 * generator gives each model its own functions behind these names. */
#ifndef TVM_RUNTIME_C_BACKEND_API_H_
#define TVM_RUNTIME_C_BACKEND_API_H_

#include "tvm/runtime/c_runtime_api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*TVMBackendPackedCFunc)(TVMValue *args, int *type_codes, int num_args, TVMValue *out_ret_value,
                                     int *out_ret_tcode, void *resource_handle);

/* Memory until the matching TVMBackendFreeWorkspace; NULL when there is not enough. Blocks are freed in reverse order. */
void *TVMBackendAllocWorkspace(int device_type, int device_id, uint64_t nbytes, int dtype_code_hint,
                               int dtype_bits_hint);
/* 0, or -1 for a pointer that TVMBackendAllocWorkspace did not return. */
int TVMBackendFreeWorkspace(int device_type, int device_id, void *ptr);

typedef struct {
  void *sync_handle;
  int32_t num_task;
} TVMParallelGroupEnv;

typedef int (*FTVMParallelLambda)(int task_id, TVMParallelGroupEnv *penv, void *cdata);

/* Runs the tasks one after the other; returns what the first that fails returns. */
int TVMBackendParallelLaunch(FTVMParallelLambda flambda, void *cdata, int num_task);
/* 0: tasks that run one after the other have nothing to wait for. */
int TVMBackendParallelBarrier(int task_id, TVMParallelGroupEnv *penv);

#ifdef __cplusplus
}
#endif
#endif /* TVM_RUNTIME_C_BACKEND_API_H_ */
