//! Archives in TVM's manner, made here: a model that adds 1 to its first input, 2 to its second, and so on.
//!
//! Every tensor is four `int8`. Output `k` is input `k`, or the last one when there are fewer, with `k + 1` added by one
//! operator that goes through a workspace.

use std::fmt::Write;
use tvm_embedded_mlf::{Archive, DType, Library, Limits, MetadataModule, MetadataTensor, metadata_json, write_tar};

/// Where the workspace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Internal,
    External,
    Runtime,
}

/// A model to make.
#[derive(Debug, Clone)]
pub struct Synthetic {
    pub module: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub memory: Memory,
    pub devices: Vec<String>,
    /// Symbol of the operator, without prefix if it has none.
    pub operator: String,
    /// Text that the operator begins with.
    pub operator_begin: String,
    /// A registry of functions with the wrong types.
    pub registry: bool,
    /// What the archive's entry point calls its outputs, when the header does otherwise.
    pub wrong_outputs: bool,
}

impl Synthetic {
    pub fn new(module: &str) -> Self {
        Synthetic {
            module: module.to_owned(),
            inputs: vec!["x".to_owned()],
            outputs: vec!["y".to_owned()],
            memory: Memory::External,
            devices: Vec::new(),
            operator: format!("tvmgen_{module}_add"),
            operator_begin: String::new(),
            registry: false,
            wrong_outputs: false,
        }
    }

    pub fn memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// The archive, parsed.
    pub fn library(&self) -> (Archive, Library) {
        library(std::slice::from_ref(self))
    }

    fn members(&self) -> Vec<(String, Vec<u8>)> {
        let module = &self.module;
        let lower = module.to_ascii_lowercase();
        vec![
            (format!("codegen/host/include/tvmgen_{lower}.h"), self.header(&lower).into_bytes()),
            (format!("codegen/host/src/{module}_lib0.c"), self.wrapper().into_bytes()),
            (format!("codegen/host/src/{module}_lib1.c"), self.operators().into_bytes()),
        ]
    }

    fn metadata(&self) -> MetadataModule {
        let tensors = |names: &[String]| -> Vec<MetadataTensor> {
            let tensor = |name: &String| MetadataTensor { name: name.clone(), size_bytes: 4, dtype: DType::INT8 };
            names.iter().map(tensor).collect()
        };
        MetadataModule {
            name: self.module.clone(),
            targets: vec!["c -keys=cpu".to_owned()],
            export_datetime: "2024-01-01 00:00:00Z".to_owned(),
            workspace_size_bytes: 32,
            constants_size_bytes: 0,
            io_size_bytes: 8,
            inputs: tensors(&self.inputs),
            outputs: tensors(&self.outputs),
            operator_functions: Vec::new(),
            extension: None,
        }
    }

    fn header(&self, lower: &str) -> String {
        let upper = self.module.to_ascii_uppercase();
        let mut out = format!("#ifndef TVMGEN_{upper}_H_\n#define TVMGEN_{upper}_H_\n#include <stdint.h>\n");
        for tensor in self.inputs.iter().chain(&self.outputs) {
            let _ = writeln!(out, "#define TVMGEN_{upper}_{}_SIZE 4", sanitize(tensor).to_ascii_uppercase());
        }
        let mut structure = |what: &str, members: Vec<String>| {
            if !members.is_empty() {
                let _ = writeln!(out, "struct tvmgen_{lower}_{what} {{");
                members.iter().for_each(|member| _ = writeln!(out, "  void* {member};"));
                out.push_str("};\n");
            }
        };
        structure("inputs", self.inputs.iter().map(|name| sanitize(name)).collect());
        structure("outputs", self.outputs.iter().map(|name| sanitize(name)).collect());
        structure("devices", self.devices.clone());
        if self.memory == Memory::External {
            structure("workspace_pools", vec!["sram".to_owned()]);
        }
        let _ = writeln!(out, "int32_t tvmgen_{lower}_run({});", self.run_parameters(lower));
        let _ = writeln!(out, "#define TVMGEN_{upper}_WORKSPACE_SIZE 32");
        if self.memory == Memory::External {
            let _ = writeln!(out, "#define TVMGEN_{upper}_SRAM_WORKSPACE_POOL_SIZE 32");
        }
        out + "#endif\n"
    }

    fn run_parameters(&self, module: &str) -> String {
        let mut parameters = vec!["inputs", "outputs"];
        if self.memory == Memory::External {
            parameters.push("workspace_pools");
        }
        if !self.devices.is_empty() {
            parameters.push("devices");
        }
        let parameters: Vec<String> =
            parameters.into_iter().map(|what| format!("struct tvmgen_{module}_{what}* {what}")).collect();
        parameters.join(",")
    }

    fn wrapper(&self) -> String {
        let module = &self.module;
        let mut out = String::new();
        if self.registry {
            let _ = write!(
                out,
                "#include <tvm/runtime/crt/module.h>\n\
                 TVM_DLL int32_t {0}(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle);\n\
                 static TVMBackendPackedCFunc _tvm_func_array[] = {{\n    (TVMBackendPackedCFunc){0},\n}};\n\
                 static const TVMFuncRegistry _tvm_func_registry = {{\n    \"\\001\\000{0}\\000\",    _tvm_func_array,\n}};\n\
                 static const TVMModule _tvm_system_lib = {{\n    &_tvm_func_registry,\n}};\n\
                 const TVMModule* TVMSystemLibEntryPoint(void) {{\n    return &_tvm_system_lib;\n}}\n",
                self.operator
            );
        }
        out.push_str("#include \"tvm/runtime/c_runtime_api.h\"\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        if self.memory == Memory::Internal {
            out.push_str(
                "__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\nstatic uint8_t global_workspace[32];\n",
            );
        }
        let mut types: Vec<String> = self.inputs.iter().map(|name| format!("void* {}", sanitize(name))).collect();
        types.extend((0..self.outputs.len()).map(|i| format!("void* output{i}")));
        let mut values: Vec<String> = self.inputs.iter().map(|name| format!("inputs->{}", sanitize(name))).collect();
        values.extend(self.outputs.iter().map(|name| match self.wrong_outputs {
            true => "outputs->output".to_owned(),
            false => format!("outputs->{}", sanitize(name)),
        }));
        match self.memory {
            Memory::Internal => values.push("&global_workspace".to_owned()),
            Memory::External => values.push("workspace_pools->sram".to_owned()),
            Memory::Runtime => {}
        }
        if self.memory != Memory::Runtime {
            types.push("uint8_t* workspace_0_var".to_owned());
        }
        for device in &self.devices {
            types.push(format!("void* {device}"));
            values.push(format!("devices->{device}"));
        }
        let _ = write!(
            out,
            "#include <tvmgen_{module}.h>\nTVM_DLL int32_t tvmgen_{module}___tvm_main__({});\n\
             int32_t tvmgen_{module}_run({}) {{return tvmgen_{module}___tvm_main__({});\n}}\n\
             #ifdef __cplusplus\n}}\n#endif\n;",
            types.join(","),
            self.run_parameters(module),
            values.join(",")
        );
        out
    }

    fn operators(&self) -> String {
        let module = &self.module;
        let (operator, begin) = (&self.operator, &self.operator_begin);
        let mut out = String::from(
            "// tvm target: c -keys=cpu \n#define TVM_EXPORTS\n#include \"tvm/runtime/c_runtime_api.h\"\n\
             #include \"tvm/runtime/c_backend_api.h\"\n#include <math.h>\n#include <stdbool.h>\n",
        );
        let external = "#ifdef __cplusplus\nextern \"C\"\n#endif\nTVM_DLL int32_t ";
        let _ = write!(
            out,
            "{external}{operator}(int8_t* p0, int8_t* T_add, int32_t n, uint8_t* scratch, void* resource) {{\n{begin}  \
             for (int32_t i = 0; i < 4; ++i) {{\n    ((int8_t*)scratch)[i] = (int8_t)(p0[i] + n);\n  }}\n  \
             for (int32_t i = 0; i < 4; ++i) {{\n    T_add[i] = ((int8_t*)scratch)[i];\n  }}\n  return 0;\n}}\n\n"
        );
        let mut parameters: Vec<String> = (0..self.inputs.len()).map(|i| format!("int8_t* in{i}_buffer_var")).collect();
        parameters.extend((0..self.outputs.len()).map(|i| format!("int8_t* out{i}_buffer_var")));
        if self.memory != Memory::Runtime {
            parameters.push("uint8_t* workspace_0_var".to_owned());
        }
        parameters.extend(self.devices.iter().map(|device| format!("void* {device}")));
        let _ = writeln!(out, "{external}tvmgen_{module}___tvm_main__({}) {{", parameters.join(", "));
        if self.memory == Memory::Runtime {
            out.push_str("  void* workspace_0_var = TVMBackendAllocWorkspace(1, 0, (uint64_t)5, 0, 8);\n");
            out.push_str("  if (workspace_0_var == NULL) {\n    return -1;\n  }\n");
        }
        let hook = |out: &mut String, what: &str| {
            for device in &self.devices {
                let _ =
                    write!(out, "  if (TVMDevice{}{what}({device}) != 0) {{\n    return -1;\n  }}\n", camel(device));
            }
        };
        hook(&mut out, "Activate");
        for k in 0..self.outputs.len() {
            hook(&mut out, "Open");
            let input = k.min(self.inputs.len() - 1);
            let device = self.devices.first().map_or("NULL", String::as_str);
            let _ = writeln!(
                out,
                "  if ({operator}(in{input}_buffer_var, out{k}_buffer_var, {}, (uint8_t*)workspace_0_var, {device}) != 0 ) return -1;",
                k + 1
            );
            hook(&mut out, "Close");
        }
        hook(&mut out, "Deactivate");
        if self.memory == Memory::Runtime {
            out.push_str("  if (TVMBackendFreeWorkspace(1, 0, workspace_0_var) != 0) {\n    return -1;\n  }\n");
        }
        out + "  return 0;\n}\n\n"
    }
}

/// TVM's rule for device names in functions.
fn camel(device: &str) -> String {
    let upper = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    device.split('_').filter(|word| !word.is_empty()).map(upper).collect()
}

pub fn sanitize(name: &str) -> String {
    tvm_embedded_mlf::names::sanitize(name)
}

/// One archive with several models, parsed.
pub fn library(models: &[Synthetic]) -> (Archive, Library) {
    let metadata: Vec<MetadataModule> = models.iter().map(Synthetic::metadata).collect();
    let mut members = vec![("metadata.json".to_owned(), metadata_json(&metadata).expect("metadata"))];
    members.extend(models.iter().flat_map(Synthetic::members));
    let bytes = write_tar(members).expect("a tar file");
    let archive = Archive::from_bytes("synthetic.tar", &bytes, Limits::default()).expect("an archive");
    let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
    (archive, library)
}
