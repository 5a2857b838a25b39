//! The packed interface of the archives made here.

use super::synthetic::{Memory, Synthetic, sanitize};
use std::fmt::Write;

impl Synthetic {
    pub(super) fn packed_wrapper(&self) -> String {
        let module = &self.module;
        let packed = "TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle";
        let internal = self.memory == Memory::Internal;
        let tensors = self.inputs.len() + self.outputs.len();
        let mut out =
            String::from("#include \"tvm/runtime/c_runtime_api.h\"\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        if internal {
            out.push_str(
                "__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\nstatic uint8_t global_workspace[32];\n",
            );
        }
        let _ = write!(
            out,
            "TVM_DLL int32_t tvmgen_{module}___tvm_main__({packed});\n\nint32_t tvmgen_{module}_run({packed}) {{\n\
             TVMValue tensors[{}];\n",
            tensors + usize::from(internal)
        );
        for i in 0..tensors {
            let _ = writeln!(out, "tensors[{i}] = ((TVMValue*)args)[{i}];");
        }
        if internal {
            let _ = write!(
                out,
                "DLTensor global_workspace_dltensor = {{\n.data = &global_workspace\n}};\n\
                 TVMValue global_workspace_tvm_value = {{\n.v_handle = &global_workspace_dltensor\n}};\n\
                 tensors[{tensors}] = global_workspace_tvm_value;\n"
            );
        }
        let _ = write!(
            out,
            "return tvmgen_{module}___tvm_main__((void*)tensors, type_code, num_args, out_value, out_type_code, resource_handle);\n\
             }}\n#ifdef __cplusplus\n}}\n#endif\n;"
        );
        out
    }

    pub(super) fn packed_metadata(&self) -> String {
        let mut out = String::from(
            "#include <inttypes.h>\n#include <tvm/runtime/metadata_types.h>\n#include <tvm/runtime/c_runtime_api.h>\n",
        );
        for (what, names) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
            for i in 0..names.len() {
                let _ = writeln!(out, "static const int64_t kTvmgenMetadata_{what}_{i}_shape[2] = {{\n1L, \n4L}};");
            }
            let rows: Vec<String> = (names.iter().enumerate())
                .map(|(i, name)| {
                    let name = sanitize(name);
                    format!("{{\n\"{name}\" /* name*/, \nkTvmgenMetadata_{what}_{i}_shape, \n2L /* num_shape*/, \n{{0, 8, 1}} /* dtype*/}}\n")
                })
                .collect();
            let _ = writeln!(
                out,
                "static const struct TVMTensorInfo kTvmgenMetadata_{what}[{}] = {{\n{}}};",
                names.len(),
                rows.join(", \n")
            );
        }
        out
    }

    /// A main function that refuses arguments that differ from those of TVM's runtime.
    pub(super) fn packed_operators(&self) -> String {
        let module = &self.module;
        let internal = self.memory == Memory::Internal;
        let tensors = self.inputs.len() + self.outputs.len();
        let count = tensors + usize::from(internal);
        let mut out = String::from(
            "// tvm target: c -keys=cpu \n#define TVM_EXPORTS\n#include \"tvm/runtime/c_runtime_api.h\"\n\
             #include \"tvm/runtime/c_backend_api.h\"\n#include <math.h>\n",
        );
        let _ = write!(
            out,
            "TVM_DLL int32_t tvmgen_{module}___tvm_main__(void* args, int32_t* arg_type_ids, int32_t num_args, void* out_ret_value, int32_t* out_ret_tcode, void* resource_handle) {{\n  \
             if (num_args != {count} || out_ret_value == NULL || out_ret_tcode == NULL) return -1;\n"
        );
        for i in 0..count {
            let tensor = format!("((DLTensor*)(((TVMValue*)args)[{i}].v_handle))[0]");
            let expected = match i < tensors {
                true => format!(
                    "{tensor}.ndim != 2 || {tensor}.shape[0] != 1 || {tensor}.shape[1] != 4 || {tensor}.dtype.code != 0"
                ),
                false => format!("{tensor}.ndim != 1 || {tensor}.shape[0] != 32 || {tensor}.dtype.code != 1"),
            };
            let _ = write!(
                out,
                "  if (arg_type_ids[{i}] != 7 || {expected} || {tensor}.dtype.bits != 8 || {tensor}.dtype.lanes != 1 || \
                 {tensor}.device.device_type != 1 || {tensor}.device.device_id != 0 || {tensor}.strides != NULL || \
                 {tensor}.byte_offset != 0) return -1;\n  void* a{i} = {tensor}.data;\n"
            );
        }
        match internal {
            true => _ = writeln!(out, "  int8_t* scratch = (int8_t*)a{tensors};"),
            false => out.push_str(
                "  void* scratch = TVMBackendAllocWorkspace(1, 0, (uint64_t)4, 0, 8);\n  if (scratch == NULL) {\n    return -1;\n  }\n",
            ),
        }
        for k in 0..self.outputs.len() {
            let (input, output) = (k.min(self.inputs.len() - 1), self.inputs.len() + k);
            let _ = write!(
                out,
                "  for (int32_t i = 0; i < 4; ++i) ((int8_t*)scratch)[i] = (int8_t)(((int8_t*)a{input})[i] + {});\n  \
                 for (int32_t i = 0; i < 4; ++i) ((int8_t*)a{output})[i] = ((int8_t*)scratch)[i];\n",
                k + 1
            );
        }
        if !internal {
            out.push_str("  if (TVMBackendFreeWorkspace(1, 0, scratch) != 0) {\n    return -1;\n  }\n");
        }
        out + "  return 0;\n}\n"
    }
}
