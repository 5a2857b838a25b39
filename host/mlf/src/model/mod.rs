//! The checked contents of an archive: the types that the other tools use.

pub(crate) mod compiled;
pub(crate) mod dtype;
pub(crate) mod finding;
pub(crate) mod machine;
pub(crate) mod pool;

use serde::{Deserialize, Serialize};

use self::compiled::CompiledLibrary;
use self::dtype::DType;
use self::finding::Finding;
use self::pool::{InternalPool, Pool};
use crate::metadata::extension::Extension;

/// Content of one archive.
#[derive(Debug, Clone)]
pub struct Library {
    /// Name of the archive, for messages.
    pub archive: String,
    /// `version` of `metadata.json`.
    pub metadata_version: u32,
    /// Version of TVM that made the archive, if recorded.
    pub tvm_version: Option<TvmVersion>,
    /// The models, in the order of their names.
    pub modules: Vec<Module>,
    /// Findings about the archive as a whole.
    pub findings: Vec<Finding>,
}

/// A version of TVM as recorded in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TvmVersion {
    /// As written, for example `0.12.0`.
    pub text: String,
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number, 0 if there is none.
    pub patch: u32,
}

/// How a model's entry point takes its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Interface {
    /// Structs of pointers, declared in the archive's header.
    C,
    /// `TVMValue` arrays of `DLTensor` pointers.
    Packed,
}

/// How the main function and its operators call each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operators {
    /// Plain pointers.
    Unpacked,
    /// `TVMValue` arrays.
    Packed,
}

/// Where a model's intermediate tensors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkspaceMode {
    /// Planned by TVM's memory planner (USMP) into static arrays inside the archive's C: the user provides nothing.
    UsmpInternal,
    /// Planned by TVM's memory planner (USMP) into pools that the user provides.
    UsmpExternal,
    /// Allocated at run time with `TVMBackendAllocWorkspace`.
    Runtime,
    /// The model needs none.
    None,
}

/// One model of an archive.
#[derive(Debug, Clone)]
pub struct Module {
    /// Name as the user gave it to TVM.
    pub name: String,
    /// The prefix of the C symbols of this model: `tvmgen_<name>`, as its sources spell it.
    pub prefix: String,
    /// The same as the header spells it (TVM lower-cases it there); `None` without a header.
    pub header_prefix: Option<String>,
    /// Member path of the model's C header; `None` for packed interfaces.
    pub header: Option<String>,
    /// Name by which the sources include that header; it differs for upper-case modules of TVM.
    pub included_header: Option<String>,
    /// Member paths of the model's C files, in the order of their numbers.
    pub sources: Vec<String>,
    /// Call convention of the entry point.
    pub interface: Interface,
    /// Call convention of main function and operators.
    pub operators: Operators,
    /// Target strings of TVM, as written.
    pub targets: Vec<String>,
    /// Inputs in ABI order.
    pub inputs: Vec<Tensor>,
    /// Outputs in ABI order.
    pub outputs: Vec<Tensor>,
    /// Pools that the caller provides, in the order of the header's struct.
    pub pools: Vec<Pool>,
    /// Pools that are static data in the archive's C, in the order of the main function's parameters.
    pub internal_pools: Vec<InternalPool>,
    /// Members of the header's `devices` struct, in order.
    pub devices: Vec<String>,
    /// Where intermediate tensors are.
    pub workspace_mode: WorkspaceMode,
    /// True when the code calls `TVMBackendAllocWorkspace`, in any mode.
    pub allocates_at_run_time: bool,
    /// True when inputs and outputs have places inside the pools and are not parameters.
    pub io_in_workspace: bool,
    /// Symbol of the main function: `<prefix>___tvm_main__`, or `<prefix>_run_model` of TVM 0.8.
    pub main_symbol: String,
    /// Symbol of the wrapper that the archive exports: `<prefix>_run`.
    pub run_symbol: String,
    /// Arguments of the main function, in order. For packed operators: the order of the `args` array.
    pub main_parameters: Vec<MainParameter>,
    /// Peak of the workspace in bytes, from the metadata.
    pub workspace_size_bytes: u64,
    /// Alignment in bytes that the workspace allocator must give: from the target string, else TVM's default of 16.
    pub workspace_alignment: u64,
    /// Size of the planned constants in bytes, from the metadata (0 without USMP, although constants exist).
    pub constants_size_bytes: u64,
    /// Size of inputs and outputs in bytes, from the metadata (TVM 0.9 and later also count intermediates).
    pub io_size_bytes: u64,
    /// Bytes of constant data inside the sources: internal constant pools and constants of operators.
    pub embedded_constants_bytes: u64,
    /// Operators with their own workspace, from the metadata.
    pub operator_functions: Vec<OperatorFunction>,
    /// Symbols with external linkage that the sources define.
    pub defined_symbols: Vec<String>,
    /// Functions of TVM's runtime, of device drivers and of CMSIS-NN that the sources call.
    pub called_symbols: Vec<String>,
    /// Names of functions that the code looks up in TVM's own runtime when it runs: `tvm.contrib.sort.argsort`.
    pub looked_up: Vec<String>,
    /// Names in the `#include` lines of the sources.
    pub includes: Vec<String>,
    /// Additions of this project's own compiler to the metadata.
    pub extension: Option<Extension>,
    /// The static library with the model's code, for a model that arrived compiled: then there are no sources, and the wrapper
    /// `run_symbol` is what can be called.
    pub compiled: Option<CompiledLibrary>,
    /// Defects, and facts that could not be found.
    pub findings: Vec<Finding>,
}

/// An input or output.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The model's own name for it, as far as the archive knows it.
    pub name: String,
    /// Name of the member in the header's struct; for packed interfaces the sanitised name.
    pub c_name: String,
    /// Name by which the archive's own `_run` reads the struct; differs from `c_name` only in broken archives.
    pub source_name: String,
    /// Element type, if known.
    pub dtype: Option<DType>,
    /// Dimensions, outermost first, if known.
    pub shape: Option<Vec<i64>>,
    /// Size in bytes, if known.
    pub size_bytes: Option<u64>,
    /// Scale and zero point, if known; TVM's archives do not hold them.
    pub quantization: Option<Quantization>,
    /// Alignment in bytes that the code needs.
    pub alignment: u64,
    /// Place in the workspace, for models with inputs and outputs in it.
    pub placement: Option<Placement>,
}

/// Affine quantisation: real value = `scale` × (stored value − `zero_point`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantization {
    /// Size of one step.
    pub scale: f32,
    /// Stored value that means 0.
    pub zero_point: i32,
}

/// Place of a tensor inside a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Index into [`Module::pools`].
    pub pool: usize,
    /// Offset in bytes from the pool's start.
    pub offset: u64,
}

/// The meaning of one parameter of the main function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainParameter {
    /// Index into [`Module::inputs`].
    Input(usize),
    /// Index into [`Module::outputs`].
    Output(usize),
    /// Index into [`Module::pools`].
    Pool(usize),
    /// Index into [`Module::internal_pools`].
    InternalPool(usize),
    /// Index into [`Module::devices`].
    Device(usize),
}

/// An operator in the metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFunction {
    /// C symbol.
    pub name: String,
    /// Peak of its own workspace in bytes.
    pub workspace_size_bytes: u64,
}

impl TvmVersion {
    /// Reads `0.12.0`, `0.9.dev0`, `0.18.0+cu`; `None` without two leading numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse::<u32>().ok()
        };
        let mut parts = text.split('.');
        Some(TvmVersion {
            text: text.to_owned(),
            major: number(parts.next()?)?,
            minor: number(parts.next()?)?,
            patch: parts.next().and_then(number).unwrap_or(0),
        })
    }
}

impl Module {
    /// Inputs, then outputs.
    pub fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.inputs.iter().chain(&self.outputs)
    }
}
