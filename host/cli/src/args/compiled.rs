//! `--header --library`: models that arrive compiled, in the verbs that also take archives.

use std::path::PathBuf;

use clap::Args;

use super::shared::{InputShapes, Model};

/// The model that a verb works on: an archive, a .tflite file, or a model that arrived compiled.
#[derive(Debug, Args)]
pub struct Source {
    /// Model archive (.tar, Model Library Format) or .tflite file, which is compiled in memory
    #[arg(value_name = "ARCHIVE", required_unless_present = "header")]
    path: Option<PathBuf>,

    /// Which model, if the archive holds several
    #[arg(long, value_name = "NAME")]
    module: Option<String>,

    /// The .tflite file that an archive of TVM was made from: adds shapes, scales and zero points, which such archives lack
    #[arg(long, value_name = "FILE")]
    tflite: Option<PathBuf>,

    #[command(flatten)]
    shapes: InputShapes,

    /// A model without an archive.
    #[command(flatten)]
    pub compiled: Compiled,
}

impl Source {
    /// The model; its path is that of the header if it arrived compiled.
    pub fn model(&self) -> Model {
        let path = self.path.as_ref().or(self.compiled.header.as_ref());
        Model {
            path: path.cloned().unwrap_or_default(),
            module: self.module.clone(),
            tflite: self.tflite.clone(),
            shapes: self.shapes.clone(),
        }
    }
}

/// A model that arrived compiled, without an archive.
#[derive(Debug, Args)]
pub struct Compiled {
    /// Instead of an archive: TVM's C header (`tvmgen_<name>.h`) of a model that arrived compiled, for example from a compiler of a
    /// maker of microcontrollers
    #[arg(long, value_name = "FILE", requires = "library", conflicts_with_all = ["path", "module", "given"])]
    pub header: Option<PathBuf>,

    /// The static library with the model's code, which belongs to that header
    #[arg(long, value_name = "FILE", requires = "header")]
    pub library: Option<PathBuf>,

    /// Facts that such a header does not hold, as JSON: types, shapes, scales, sizes of pools (docs/compiled.md)
    #[arg(long, value_name = "FILE", requires = "header")]
    pub facts: Option<PathBuf>,
}
