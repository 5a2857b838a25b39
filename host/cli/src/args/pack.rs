//! `pack`

use std::path::PathBuf;

use clap::Args;

use crate::args::compiled::Source;
use crate::args::shared::TensorFile;

/// `pack`
#[derive(Debug, Args)]
pub struct Pack {
    /// The model.
    #[command(flatten)]
    pub source: Source,

    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    /// Content of a pool of constants instead of the archive's: raw bytes
    #[arg(long = "parameter", value_name = "POOL=FILE")]
    pub parameters: Vec<TensorFile>,
}

/// Examples of `pack`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded pack keyword.tar -o keyword.update
  tvm-embedded pack keyword.tar -o keyword.update --parameter flash=weights.bin
  tvm-embedded pack --header tvmgen_keyword.h --library libkeyword.a --facts keyword.json -o keyword.update

The device checks the file with TVMReadUpdate_<model> before it uses it: docs/update.md. Only for models with pools of
constants outside of their code; `inspect` lists them.";
