//! The figures of an estimate, in the structure of its JSON.

use serde::Serialize;
use tvm_embedded_compiler::Report;
use tvm_embedded_compiler::cost::{table, work};
use tvm_embedded_compiler::ir::report::LayerReport;

/// The estimate as JSON has it.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// The file, as given.
    pub file: String,
    /// Name of the model in C.
    pub model: String,
    /// Multiply-accumulates of one run.
    pub macs: u64,
    /// Number of layers.
    pub layers: usize,
    /// Bytes of RAM.
    pub ram: Ram,
    /// Whether layers run on an NPU, whose cycles are not estimated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub npu: bool,
    /// Each core.
    pub cores: Vec<Core>,
    /// What the figures rest on.
    pub assumptions: Vec<String>,
}

/// Bytes of RAM, all exact but the stack, which is a bound.
#[derive(Debug, Serialize)]
pub struct Ram {
    /// Workspaces without state.
    pub workspace: u64,
    /// Workspaces that keep state.
    pub state: u64,
    /// Inputs in memory of the caller.
    pub inputs: u64,
    /// Outputs in memory of the caller.
    pub outputs: u64,
    /// `null` if a kernel's stack was not measured.
    pub stack: Option<u64>,
}

impl Ram {
    /// Of a compiled model, whose inputs and outputs in memory of the caller take these bytes.
    pub fn new(report: &Report, (inputs, outputs): (u64, u64)) -> Self {
        let sum = |state: bool| {
            report.pools.iter().filter(|pool| pool.state == state).map(|pool| pool.bytes as u64).sum::<u64>()
        };
        let stack = report.stack_bytes.map(|bytes| bytes as u64);
        Ram { workspace: sum(false), state: sum(true), inputs, outputs, stack }
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.workspace + self.state + self.inputs + self.outputs + self.stack.unwrap_or(0)
    }
}

/// The figures of a core.
#[derive(Debug, Serialize)]
pub struct Core {
    /// Its name, as given.
    pub core: String,
    /// The core that was measured: the same, or the nearest one.
    pub measured: &'static str,
    /// Instructions of one run.
    pub instructions: u64,
    /// The error of the instructions in percent.
    pub error_percent: f64,
    /// The fewest and the most cycles that the assumption gives.
    pub cycles: [u64; 2],
    /// The assumption.
    pub cycles_per_instruction: [f64; 2],
    /// Bytes of code, estimated.
    pub code: u64,
    /// Bytes of constants.
    pub constants: u64,
    /// Each layer.
    pub layers: Vec<Layer>,
    /// Kernels that were not measured on this core; their layers are not in the instructions.
    pub not_measured: Vec<String>,
}

/// A layer on a core.
#[derive(Debug, Serialize)]
pub struct Layer {
    /// C function, without the model's prefix.
    pub layer: String,
    /// The kernels that it calls.
    pub kernels: Vec<String>,
    /// Multiply-accumulates.
    pub macs: u64,
    /// `null` if a kernel was not measured.
    pub instructions: Option<u64>,
    /// The error in percent.
    pub error_percent: Option<f64>,
    /// Whether it runs on an NPU.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub npu: bool,
}

/// The estimate for a core, from the nearest one of the table; `None` if there is none.
pub fn of_core(report: &Report, core: &str) -> Option<Core> {
    let estimate = table::estimate(report, table::nearest(core)?)?;
    let prefix = format!("tvmgen_{}_", report.module);
    let layers = report.layers.iter().zip(&estimate.layers).map(|(layer, known)| Layer {
        layer: layer.function.strip_prefix(&prefix).unwrap_or(&layer.function).to_owned(),
        kernels: kernels(layer),
        macs: layer.macs,
        instructions: known.map(|(instructions, _)| instructions.round() as u64),
        error_percent: known.map(|(_, error)| percent(2.0 * error)),
        npu: layer.device,
    });
    let factors = cycles_per_instruction(estimate.core);
    Some(Core {
        core: core.to_owned(),
        measured: estimate.core,
        instructions: estimate.instructions.round() as u64,
        error_percent: percent(estimate.error),
        cycles: factors.map(|factor| (estimate.instructions * factor).round() as u64),
        cycles_per_instruction: factors,
        code: estimate.code.round() as u64,
        constants: estimate.constants as u64,
        layers: layers.collect(),
        not_measured: estimate.unknown.into_iter().collect(),
    })
}

/// The names of a layer's kernels for a user, or of the part of an NPU.
pub fn kernels(layer: &LayerReport) -> Vec<String> {
    if layer.device {
        return vec![work::NPU.to_owned()];
    }
    layer.kernels.iter().map(|name| name.trim_start_matches("tvmk_").to_owned()).collect()
}

/// A part in percent, with one digit after the point.
fn percent(part: f64) -> f64 {
    (part * 1000.0).round() / 10.0
}

/// Assumed, not measured; `docs/estimate.md` has the reasons and the manuals. Cores that start one instruction in a cycle take at
/// least one; loads, branches and, with MVE, vectors take more. Cortex-M7 may start two.
fn cycles_per_instruction(core: &str) -> [f64; 2] {
    match core {
        "cortex-m0" | "cortex-m3" => [1.2, 1.8],
        "cortex-m7" => [0.6, 1.2],
        "cortex-m33" => [1.0, 1.4],
        "cortex-m55" | "rv32imac" => [1.0, 2.0],
        _ => [1.0, 1.6],
    }
}
