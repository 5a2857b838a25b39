//! The facts of a report, in the structure of its JSON.

use serde::{Deserialize, Serialize};

use super::cores::Core;
use super::modes::Mode;
use crate::validate::Findings;

/// Version of this format; files of other versions are refused.
pub const FORMAT: u32 = 1;

/// All facts of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// [`FORMAT`]
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// The file, as given.
    pub file: String,
    /// Name of the model in C.
    pub model: String,
    /// The core that the C is for.
    pub core: String,
    /// The other options that it was compiled with, as on a command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Sums.
    pub totals: Totals,
    /// Constants on each kind of core where they differ, in words; empty if the C is for one kind or they are equal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub constants_by_core: String,
    /// Inputs in call order.
    pub inputs: Vec<Tensor>,
    /// Outputs in call order.
    pub outputs: Vec<Tensor>,
    /// Layers in the order of execution.
    pub layers: Vec<Layer>,
    /// Memory that the firmware provides.
    pub pools: Vec<Pool>,
    /// Everything that has an address in a pool.
    pub buffers: Vec<Buffer>,
    /// Tensors that overwrite another.
    pub in_place: Vec<InPlace>,
    /// Advice for a lower peak.
    pub advice: Vec<String>,
    /// Findings about the model.
    pub findings: Vec<String>,
    /// What it takes with each value of `--optimize`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<Mode>,
    /// Instructions of its layers on each core that the C is for, estimated; empty if its kernels were not measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cores: Vec<Core>,
    /// Whether it fits the board of `--board`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub board: Vec<Fit>,
    /// What changed since another report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// What `validate` found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Findings>,
}

/// Sums in bytes, and multiply-accumulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Multiply-accumulates of one run.
    pub macs: u64,
    /// Constants in flash: those of a build for the core; for all cores those of the largest build.
    pub constants: u64,
    /// Workspaces without state.
    pub workspace: u64,
    /// The most bytes of a workspace that are in use at once.
    pub live: u64,
    /// Workspaces that keep state.
    pub state: u64,
    /// Inputs in memory of the caller.
    pub inputs: u64,
    /// Outputs in memory of the caller.
    pub outputs: u64,
    /// The most stack that a call takes, if known.
    pub stack: Option<u64>,
}

impl Totals {
    /// All RAM that is known, the stack included.
    pub fn ram(&self) -> u64 {
        self.workspace + self.state + self.inputs + self.outputs + self.stack.unwrap_or(0)
    }
}

/// An input or output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    /// Name in the file.
    pub name: String,
    /// Element type.
    pub dtype: String,
    /// Dimensions.
    pub shape: Vec<i64>,
    /// Size of a quantisation step, if there is one.
    pub scale: Option<f32>,
    /// Stored value that means 0.
    pub zero_point: Option<i32>,
    /// The least and the greatest real value it can hold.
    pub range: Option<[f64; 2]>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// C function, without the model's prefix.
    pub name: String,
    /// Operators of the file that it computes.
    pub operators: String,
    /// Which variant was selected.
    pub summary: String,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Bytes of constants, of the same build as the sum of them.
    pub flash: u64,
    /// Bytes of the tensors it reads and writes, shared ones once, and of scratch memory.
    pub ram: u64,
    /// Bytes of scratch memory.
    pub scratch: u64,
    /// Kernels that it calls.
    pub kernels: Vec<String>,
    /// Where these are not the best ones.
    pub misses: Vec<Miss>,
    /// Type, shape and address of its first output.
    pub output: String,
    /// Whether an NPU executes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub npu: bool,
}

/// Why a layer does not have the best kernel of some cores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// The cores: some of `portable`, `dsp` and `mve`.
    pub cores: String,
    /// The reason.
    pub why: String,
}

/// Memory that the firmware provides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Name.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Whether it keeps the state from run to run.
    pub state: bool,
    /// Bytes in use during each layer.
    pub live: Vec<u64>,
    /// The layer that uses most of it.
    pub peak: Option<usize>,
}

/// What a buffer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A tensor.
    Tensor,
    /// A tensor that overwrites another.
    InPlace,
    /// Scratch memory of one layer.
    Scratch,
    /// Kept from run to run.
    State,
}

/// A buffer in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffer {
    /// Names of the tensor, or `scratch of …`.
    pub name: String,
    /// Its purpose.
    pub kind: Kind,
    /// Pool.
    pub pool: String,
    /// Offset in bytes.
    pub offset: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// First layer that needs it.
    pub first: usize,
    /// Last layer that needs it.
    pub last: usize,
}

/// A tensor that overwrites another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InPlace {
    /// The tensor written.
    pub output: String,
    /// The tensor overwritten.
    pub input: String,
    /// Why that is safe.
    pub reason: String,
}

/// A memory of a board, and how much of it the model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// `flash` or `RAM`.
    pub memory: String,
    /// Available bytes.
    pub available: u64,
    /// Needed bytes.
    pub needed: u64,
    /// Whether it is enough.
    pub fits: bool,
    /// What is counted.
    pub counted: String,
}

/// What changed since another report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The other's file.
    pub file: String,
    /// Sums that differ.
    pub totals: Vec<Change>,
    /// Layers that differ, are new or were removed.
    pub layers: Vec<Change>,
}

/// A figure before and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Name of the figure.
    pub what: String,
    /// Before; nothing if it is new.
    pub before: Option<u64>,
    /// Now; nothing if it was removed.
    pub now: Option<u64>,
}

impl Change {
    /// The difference with its sign and percentage: `-120 (-3.2 %)`.
    pub fn difference(&self) -> String {
        let (Some(before), Some(now)) = (self.before, self.now) else {
            return if self.now.is_some() { "new".to_owned() } else { "gone".to_owned() };
        };
        let sign = if now >= before { "+" } else { "-" };
        let by = now.abs_diff(before);
        let part =
            if before == 0 { String::new() } else { format!(" ({sign}{:.1} %)", by as f64 * 100.0 / before as f64) };
        format!("{sign}{}{part}", crate::table::grouped(by))
    }
}
