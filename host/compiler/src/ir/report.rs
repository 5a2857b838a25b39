//! What a compilation cost.

use crate::ir::program::Removed;
use crate::ir::rows::Banded;
use serde::Serialize;
use std::collections::BTreeMap;

/// Facts about a compiled model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Module name.
    pub module: String,
    /// What the code is optimised for: `size` or `balanced`.
    pub optimize: &'static str,
    /// What is computed in bands of rows, so that the model fits the bytes asked for.
    pub bands: Vec<Banded>,
    /// Multiply-accumulates of one run.
    pub macs: u64,
    /// Bytes of constants in a portable build.
    pub constant_bytes: usize,
    /// Bytes of constants in a build for cores with Arm's DSP extension.
    pub constant_bytes_dsp: usize,
    /// Bytes of constants in a build for cores with MVE.
    pub constant_bytes_mve: usize,
    /// Workspace pools, in the order of the C struct.
    pub pools: Vec<PoolReport>,
    /// Pools of constants, in the order of the C struct; empty if all constants are in the code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constant_pools: Vec<PoolReport>,
    /// The most bytes in use in one layer: no plan can need less.
    pub live_bytes: usize,
    /// Loops whose number of runs depends on the inputs.
    pub loops: usize,
    /// Bytes planned, without the state.
    pub planned_bytes: usize,
    /// Bytes of stack that a call takes at most, as measured for its kernels (`docs/kernels.md`); `None` if one was not measured.
    pub stack_bytes: Option<usize>,
    /// The method that found the plan.
    pub method: String,
    /// Layers in execution order.
    pub layers: Vec<LayerReport>,
    /// Everything that has a place in a pool.
    pub buffers: Vec<BufferReport>,
    /// Tensors that overwrite another.
    pub in_place: Vec<InPlaceReport>,
    /// What was left out because no result depends on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
    /// Constants that hold unusual values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ConstantReport>,
}

/// A constant that holds unusual values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConstantReport {
    /// Its name.
    pub tensor: String,
    /// What it holds.
    pub text: String,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolReport {
    /// Name.
    pub name: String,
    /// Bytes used.
    pub bytes: usize,
    /// Whether it keeps the state from run to run.
    pub state: bool,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerReport {
    /// C function.
    pub function: String,
    /// Indices of the operators in the file.
    pub operators: Vec<usize>,
    /// Their kinds.
    pub kinds: Vec<String>,
    /// Which variant was chosen.
    pub summary: String,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Bytes of constants in a portable build.
    pub constant_bytes: usize,
    /// Bytes of constants in a build for cores with Arm's DSP extension.
    pub constant_bytes_dsp: usize,
    /// Bytes of constants in a build for cores with MVE.
    pub constant_bytes_mve: usize,
    /// Pools in which its constants are; empty for those in the code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constant_pools: Vec<String>,
    /// Bytes of scratch memory.
    pub scratch_bytes: usize,
    /// The name of its costs in the table of estimates: its kernels, with ` once` if no other layer calls them, since a compiler then makes
    /// the code for its constants.
    pub cost: String,
    /// What its instructions grow with, by name: `docs/estimate.md`.
    pub work: Work,
    /// The kernels that it calls.
    pub kernels: Vec<String>,
    /// Why these are not the best ones, by cores; empty if they are the best everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<MissReport>,
    /// Whether an NPU executes it: it then calls a device and no kernels.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub device: bool,
    /// Tensors read at run time.
    pub inputs: Vec<TensorReport>,
    /// Tensors written.
    pub outputs: Vec<TensorReport>,
}

/// Amounts of work, by name.
pub type Work = BTreeMap<&'static str, u64>;

/// Why a layer does not use the best kernel on some cores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissReport {
    /// Some of `portable`, `dsp` and `mve`.
    pub cores: Vec<&'static str>,
    /// Whether it uses the general kernel, which computes what the fast ones can't.
    pub general: bool,
    /// The reason.
    pub why: String,
}

/// A tensor of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TensorReport {
    /// Index in the file; above those of the file for tensors that the compiler made.
    pub index: usize,
    /// Name in the file.
    pub name: String,
    /// Element type.
    pub dtype: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Bytes.
    pub bytes: usize,
    /// `input`, `output`, `constant`, or the name of a pool.
    pub place: String,
    /// Offset in the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
}

/// Something in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BufferReport {
    /// Tensor names, or `scratch of …`.
    pub name: String,
    /// Pool.
    pub pool: String,
    /// Offset in bytes.
    pub offset: usize,
    /// Size in bytes.
    pub bytes: usize,
    /// First layer that needs it.
    pub first: usize,
    /// Last layer that needs it.
    pub last: usize,
}

/// A tensor that overwrites another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InPlaceReport {
    /// The tensor written.
    pub output: String,
    /// The tensor overwritten.
    pub input: String,
    /// Why that is safe.
    pub reason: String,
}
