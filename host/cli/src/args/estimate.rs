//! `estimate`

use std::path::PathBuf;

use clap::Args;
use tvm_embedded_compiler::Optimize;
use tvm_embedded_compiler::cost::table;

use super::core::cores;
use super::shared::{InputShapes, optimize};
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

    /// Small code, code for speed and size, or for speed with more flash, as `compile --optimize`
    #[arg(long, value_name = "size|balanced|speed", value_parser = optimize, default_value = "balanced")]
    pub optimize: Optimize,

    /// Shapes of inputs.
    #[command(flatten)]
    pub shapes: InputShapes,

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
  tvm-embedded estimate keyword.tflite --core cortex-m4f --optimize size

Nothing is built or run: the figures are those of kernels that were measured in an emulator. docs/estimate.md
has their errors.";
