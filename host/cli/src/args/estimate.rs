//! `estimate`

use std::path::PathBuf;

use clap::Args;
use tvm_embedded_compiler::Optimize;
use tvm_embedded_compiler::cost::table;

use super::core::cores;
use crate::size::bytes;

/// `estimate`
#[derive(Debug, Args)]
pub struct Estimate {
    /// Model to estimate: an int8 .tflite file
    #[arg(value_name = "MODEL.tflite")]
    pub path: PathBuf,

    /// A core; may be given several times. One core alone also shows each layer. Without it: all that were measured
    #[arg(long = "core", value_name = "CORE", value_parser = cores(is_estimated))]
    pub cores: Vec<String>,

    /// Put inputs and outputs into the workspace, where they share memory with other tensors
    #[arg(long)]
    pub io_in_workspace: bool,

    /// Limit workspaces, inputs and outputs to this many bytes, as `compile --ram` does
    #[arg(long, value_name = "BYTES[K|M]", value_parser = bytes)]
    pub ram: Option<usize>,

    /// Code for speed and size, or for speed with more flash, as `compile --optimize`
    #[arg(long, value_name = "balanced|speed", value_parser = optimize, default_value = "balanced")]
    pub optimize: Optimize,

    /// Print the same figures as JSON
    #[arg(long)]
    pub json: bool,
}

/// Whether `estimate` takes a core of `compile`: not the names for several cores.
fn is_estimated(core: &str) -> bool {
    table::nearest(core).is_some()
}

/// Examples of `estimate`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded estimate keyword.tflite
  tvm-embedded estimate keyword.tflite --core cortex-m4f
  tvm-embedded estimate keyword.tflite --core cortex-m4f --core cortex-m55 --json
  tvm-embedded estimate keyword.tflite --core cortex-m4f --io-in-workspace --ram 24K
  tvm-embedded estimate keyword.tflite --core cortex-m4f --optimize speed

Nothing is built or run: the figures are those of kernels that were measured in an emulator. docs/estimate.md
has their errors.";

/// The modes whose kernels were measured.
fn optimize(text: &str) -> Result<Optimize, String> {
    let found = [Optimize::Balanced, Optimize::Speed].into_iter().find(|optimize| optimize.name() == text);
    found.ok_or_else(|| "expected balanced or speed: the kernels for small code were not measured".to_owned())
}
