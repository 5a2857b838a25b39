//! Archives like TVM's, made here: a model that adds 1 to its first input, 2 to its second, and so on.
//!
//! Every tensor is four `int8`. Output `k` is input `k`, or the last one when there are fewer, with `k + 1` added by one
//! operator that goes through a workspace.

use std::fmt::Write;
use tvm_embedded_mlf::{Archive, Library, Limits, MetadataModule, metadata_json, write_tar};

/// Where the workspace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Internal,
    External,
    /// External, with inputs and outputs inside.
    Io,
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
    /// Text at the beginning of the operator.
    pub operator_begin: String,
    /// With external memory: the added value comes from a pool of constants.
    pub constants: bool,
    /// With external memory: a pool that counts the runs, from 7 after a reset, and is also added.
    pub state: bool,
    /// What its compiler says of so many layers.
    pub layers: usize,
    /// Packed arguments, of which the main function checks everything.
    pub packed: bool,
    /// A registry of functions with the wrong types.
    pub registry: bool,
    /// Names of the outputs in the archive's entry point, if they differ from those in the header.
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
            constants: false,
            state: false,
            layers: 0,
            packed: false,
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

    /// Pools of the header's struct, in its order.
    pub(super) fn pools(&self) -> Vec<&'static str> {
        if !matches!(self.memory, Memory::External | Memory::Io) {
            return Vec::new();
        }
        let all = [("flash", self.constants), ("sram", true), ("state", self.state)];
        all.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
    }

    fn members(&self) -> Vec<(String, Vec<u8>)> {
        let module = &self.module;
        let lower = module.to_ascii_lowercase();
        if self.packed {
            return vec![
                (format!("codegen/host/src/{module}_lib0.c"), self.packed_wrapper().into_bytes()),
                (format!("codegen/host/src/{module}_lib1.c"), self.packed_metadata().into_bytes()),
                (format!("codegen/host/src/{module}_lib2.c"), self.packed_operators().into_bytes()),
            ];
        }
        vec![
            (format!("codegen/host/include/tvmgen_{lower}.h"), self.header(&lower).into_bytes()),
            (format!("codegen/host/src/{module}_lib0.c"), self.wrapper().into_bytes()),
            (format!("codegen/host/src/{module}_lib1.c"), self.operators().into_bytes()),
        ]
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
        structure("workspace_pools", self.pools().iter().map(|&name| name.to_owned()).collect());
        if self.memory == Memory::Io {
            for what in ["inputs", "outputs"] {
                let _ = writeln!(out, "{};", map_prototype(lower, what));
            }
        }
        let _ = writeln!(out, "int32_t tvmgen_{lower}_run({});", self.run_parameters(lower));
        let _ = writeln!(out, "#define TVMGEN_{upper}_WORKSPACE_SIZE 32");
        for pool in self.pools() {
            let upper = format!("TVMGEN_{upper}_{}", pool.to_ascii_uppercase());
            let _ = match pool {
                "flash" => writeln!(
                    out,
                    "#define {upper}_CONSTANT_POOL_SIZE 8\n#define {upper}_CONSTANT_POOL_DATA \\\n    \
                     0x01, 0x02, 0x03, 0x04, \\\n    0x05, 0x06, 0x07, 0x08\\\n"
                ),
                _ => writeln!(out, "#define {upper}_WORKSPACE_POOL_SIZE 32"),
            };
        }
        out + "#endif\n"
    }

    fn run_parameters(&self, module: &str) -> String {
        let mut parameters = if self.memory == Memory::Io { vec![] } else { vec!["inputs", "outputs"] };
        if !self.pools().is_empty() {
            parameters.push("workspace_pools");
        }
        if !self.devices.is_empty() {
            parameters.push("devices");
        }
        let parameters: Vec<String> =
            parameters.into_iter().map(|what| format!("struct tvmgen_{module}_{what}* {what}")).collect();
        parameters.join(",")
    }

    /// The arguments of the main function in the wrapper: types with names, and values.
    fn passed(&self, io: bool) -> (Vec<String>, Vec<String>) {
        let mut types: Vec<String> = Vec::new();
        let mut values: Vec<String> = Vec::new();
        if !io {
            types.extend(self.inputs.iter().map(|name| format!("void* {}", sanitize(name))));
            types.extend((0..self.outputs.len()).map(|i| format!("void* output{i}")));
            values.extend(self.inputs.iter().map(|name| format!("inputs->{}", sanitize(name))));
            values.extend(self.outputs.iter().map(|name| match self.wrong_outputs {
                true => "outputs->output".to_owned(),
                false => format!("outputs->{}", sanitize(name)),
            }));
        }
        if self.memory == Memory::Internal {
            types.push("uint8_t* workspace_0_var".to_owned());
            values.push("&global_workspace".to_owned());
        }
        for (i, pool) in self.pools().iter().enumerate() {
            types.push(format!("uint8_t* {pool}_{i}_var"));
            values.push(format!("workspace_pools->{pool}"));
        }
        for device in &self.devices {
            types.push(format!("void* {device}"));
            values.push(format!("devices->{device}"));
        }
        (types, values)
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
        let io = self.memory == Memory::Io;
        let (types, values) = self.passed(io);
        let _ = writeln!(out, "#include <tvmgen_{module}.h>");
        if io {
            for (what, names, at) in [("inputs", &self.inputs, 0), ("outputs", &self.outputs, 16)] {
                let _ = write!(out, "{}{{\nstruct tvmgen_{module}_{what} ret = {{\n", map_prototype(module, what));
                for (i, name) in names.iter().enumerate() {
                    let _ =
                        writeln!(out, "\t.{} = &((uint8_t*)workspace_pools->sram)[{}],", sanitize(name), at + 4 * i);
                }
                out.push_str("};\nreturn ret;\n}\n\n");
            }
        }
        let _ = write!(
            out,
            "TVM_DLL int32_t tvmgen_{module}___tvm_main__({});\n\
             int32_t tvmgen_{module}_run({}) {{return tvmgen_{module}___tvm_main__({});\n}}\n",
            types.join(","),
            self.run_parameters(module),
            values.join(",")
        );
        if self.state {
            let _ = write!(
                out,
                "void tvmgen_{module}_reset(struct tvmgen_{module}_workspace_pools* workspace_pools) {{\n  \
                 ((uint8_t*)workspace_pools->state)[0] = 7;\n}}\n"
            );
        }
        out.push_str("#ifdef __cplusplus\n}\n#endif\n;");
        out
    }

    /// The main function as far as the places of its buffers.
    fn main_begin(&self) -> String {
        let module = &self.module;
        let mut out = String::new();
        let io = self.memory == Memory::Io;
        let mut parameters: Vec<String> = Vec::new();
        if !io {
            parameters.extend((0..self.inputs.len()).map(|i| format!("int8_t* in{i}_buffer_var")));
            parameters.extend((0..self.outputs.len()).map(|i| format!("int8_t* out{i}_buffer_var")));
        }
        if self.memory == Memory::Internal {
            parameters.push("uint8_t* workspace_0_var".to_owned());
        }
        parameters.extend(self.pools().iter().enumerate().map(|(i, pool)| format!("uint8_t* {pool}_{i}_var")));
        parameters.extend(self.devices.iter().map(|device| format!("void* {device}")));
        let _ = writeln!(out, "{EXTERNAL}tvmgen_{module}___tvm_main__({}) {{", parameters.join(", "));
        let place = |name: &str| self.pools().iter().position(|pool| *pool == name).unwrap_or(0);
        if !self.pools().is_empty() {
            let scratch = if io { 28 } else { 0 };
            let _ = writeln!(out, "  void* workspace_0_var = (&(sram_{}_var[{scratch}]));", place("sram"));
        }
        if io {
            for i in 0..self.inputs.len() {
                let _ = writeln!(out, "  void* in{i}_buffer_var = (&(sram_{}_var[{}]));", place("sram"), 4 * i);
            }
            for i in 0..self.outputs.len() {
                let _ = writeln!(out, "  void* out{i}_buffer_var = (&(sram_{}_var[{}]));", place("sram"), 16 + 4 * i);
            }
        }
        if self.memory == Memory::Runtime {
            out.push_str("  void* workspace_0_var = TVMBackendAllocWorkspace(1, 0, (uint64_t)5, 0, 8);\n");
            out.push_str("  if (workspace_0_var == NULL) {\n    return -1;\n  }\n");
        }
        out
    }

    fn operators(&self) -> String {
        let (operator, begin) = (&self.operator, &self.operator_begin);
        let mut out = String::from(
            "// tvm target: c -keys=cpu \n#define TVM_EXPORTS\n#include \"tvm/runtime/c_runtime_api.h\"\n\
             #include \"tvm/runtime/c_backend_api.h\"\n#include <math.h>\n#include <stdbool.h>\n",
        );
        let _ = write!(
            out,
            "{EXTERNAL}{operator}(int8_t* p0, int8_t* T_add, int32_t n, uint8_t* scratch, void* resource) {{\n{begin}  \
             for (int32_t i = 0; i < 4; ++i) {{\n    ((int8_t*)scratch)[i] = (int8_t)(p0[i] + n);\n  }}\n  \
             for (int32_t i = 0; i < 4; ++i) {{\n    T_add[i] = ((int8_t*)scratch)[i];\n  }}\n  return 0;\n}}\n\n"
        );
        let place = |name: &str| self.pools().iter().position(|pool| *pool == name).unwrap_or(0);
        out.push_str(&self.main_begin());
        let hook = |out: &mut String, what: &str| {
            for device in &self.devices {
                let _ =
                    write!(out, "  if (TVMDevice{}{what}({device}) != 0) {{\n    return -1;\n  }}\n", camel(device));
            }
        };
        hook(&mut out, "Activate");
        let amount = |k: usize| {
            let known = match self.constants {
                true => format!("flash_{}_var[{k}]", place("flash")),
                false => (k + 1).to_string(),
            };
            if self.state { format!("{known} + state_{}_var[0]", place("state")) } else { known }
        };
        for k in 0..self.outputs.len() {
            hook(&mut out, "Open");
            let input = k.min(self.inputs.len() - 1);
            let device = self.devices.first().map_or("NULL", String::as_str);
            let _ = writeln!(
                out,
                "  if ({operator}(in{input}_buffer_var, out{k}_buffer_var, {}, (uint8_t*)workspace_0_var, {device}) != 0 ) return -1;",
                amount(k)
            );
            hook(&mut out, "Close");
        }
        hook(&mut out, "Deactivate");
        if self.memory == Memory::Runtime {
            out.push_str("  if (TVMBackendFreeWorkspace(1, 0, workspace_0_var) != 0) {\n    return -1;\n  }\n");
        }
        if self.state {
            let _ = writeln!(out, "  state_{}_var[0]++;", place("state"));
        }
        out + "  return 0;\n}\n\n"
    }
}

/// How declarations of operators begin.
const EXTERNAL: &str = "#ifdef __cplusplus\nextern \"C\"\n#endif\nTVM_DLL int32_t ";

fn map_prototype(module: &str, what: &str) -> String {
    format!(
        "struct tvmgen_{module}_{what} tvmgen_{module}_map_{what}(\n  struct tvmgen_{module}_workspace_pools* workspace_pools\n\n)"
    )
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
