//! `generate --header --library`

use std::path::PathBuf;

use clap::Args;

/// A model that arrived compiled, without an archive.
#[derive(Debug, Args)]
pub struct Compiled {
    /// Instead of an archive: TVM's C header (`tvmgen_<name>.h`) of a model that arrived compiled, for example from a compiler of a
    /// maker of microcontrollers
    #[arg(long, value_name = "FILE", requires = "library", conflicts_with_all = ["path", "module", "runs"])]
    pub header: Option<PathBuf>,

    /// The static library with the model's code, which belongs to that header
    #[arg(long, value_name = "FILE", requires = "header")]
    pub library: Option<PathBuf>,

    /// Facts that such a header does not hold, as JSON: types, shapes, scales, sizes of pools (docs/compiled.md)
    #[arg(long, value_name = "FILE", requires = "header")]
    pub facts: Option<PathBuf>,
}
