//! Arguments of several verbs.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use tvm_embedded_compiler::ir::options::{self, CustomOperator, Target};
use tvm_embedded_compiler::{InputShape, Optimize, Options, Pool};

use super::constants::ConstantsPool;
use super::core::cores;
use crate::custom::CustomFunction;
use crate::input_shape::ChosenShape;
use crate::size::bytes;

/// The model that a verb works on.
#[derive(Debug, Args)]
pub struct Model {
    /// Model archive (.tar, Model Library Format) or .tflite file, which is compiled in memory
    #[arg(value_name = "ARCHIVE")]
    pub path: PathBuf,

    /// Which model, if the archive holds several
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,

    /// The .tflite file that an archive of TVM was made from: adds shapes, scales and zero points, which such archives lack
    #[arg(long, value_name = "FILE")]
    pub tflite: Option<PathBuf>,

    /// Shapes of inputs.
    #[command(flatten)]
    pub shapes: InputShapes,
}

/// Shapes of inputs.
#[derive(Clone, Debug, Default, Args)]
pub struct InputShapes {
    /// The shape of an input whose size a .tflite file leaves open, for example audio=1x16000; for the only input without its name
    #[arg(long = "input-shape", value_name = "[INPUT=]SHAPE")]
    pub given: Vec<ChosenShape>,
}

impl InputShapes {
    /// What the compiler is asked for.
    pub fn chosen(&self) -> Vec<InputShape> {
        self.given.iter().map(|ChosenShape(shape)| shape.clone()).collect()
    }
}

/// How a model is compiled.
#[derive(Debug, Args)]
pub struct Building {
    /// A memory the workspace may use, in order of preference, for example dtcm=16K; without a size, as much as is
    /// needed [default: one pool called workspace]
    #[arg(long = "pool", value_name = "NAME[=SIZE]")]
    pub pools: Vec<PoolSize>,

    /// Pools for constants outside of the code, in order of preference: each takes up to SIZE bytes, the most used weights first, the
    /// last one without a size the rest. With OPERATORS, such as 0-3+7, those of these operators instead
    #[arg(long, value_name = "POOL[:SIZE][=OPERATORS]", value_delimiter = ',')]
    pub constants: Vec<ConstantsPool>,

    /// The core that the C is for: only its order of the weights is written, which halves the C of large models. M4 and Cortex-M4 are
    /// cortex-m4 too; for a core that is not listed, and for this computer, portable
    #[arg(long, value_name = "CORE", default_value = "all", value_parser = cores(|_| true))]
    pub core: String,

    /// How weights of int4 are kept in flash: packed (two in a byte), bytes (faster), or auto (packed where a layer saves more
    /// than the code for it takes)
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Int4::Auto)]
    pub int4: Int4,

    /// Your own C function that computes a custom operator, with the header that declares it and the bytes of scratch memory
    /// that it needs, if any: docs/custom.md
    #[arg(long, value_name = "NAME=HEADER:FUNCTION[:SIZE]")]
    pub custom: Vec<CustomFunction>,

    /// Put inputs and outputs into the workspace, where they share memory with other tensors
    #[arg(long)]
    pub io_in_workspace: bool,

    /// Limit workspaces, inputs and outputs to this many bytes, with the fastest schedule found: images in bands of rows if needed
    #[arg(long, value_name = "BYTES[K|M]", value_parser = bytes, conflicts_with = "pools")]
    pub ram: Option<usize>,

    /// Optimise for small code, for speed and size, or for speed with more flash; results are the same
    #[arg(long, value_name = "size|balanced|speed", value_parser = optimize, default_value = "balanced")]
    pub optimize: Optimize,

    /// Shapes of inputs.
    #[command(flatten)]
    pub shapes: InputShapes,
}

impl Building {
    /// What the compiler is asked for.
    pub fn options(&self) -> Options {
        Options {
            pools: self.pools.iter().map(|p| Pool { name: p.name.clone(), bytes: p.bytes }).collect(),
            constants: self.constants.iter().map(|pool| pool.0.clone()).collect(),
            io_in_workspace: self.io_in_workspace,
            ram: self.ram,
            optimize: self.optimize,
            int4: match self.int4 {
                Int4::Auto => options::Int4::Auto,
                Int4::Packed => options::Int4::Packed,
                Int4::Bytes => options::Int4::Bytes,
            },
            target: Target::of_core(&self.core).unwrap_or_default(),
            custom: self.custom.iter().map(CustomOperator::from).collect(),
            input_shapes: self.shapes.chosen(),
            ..Options::default()
        }
    }

    /// The options that were given, the core's apart, as on a command line.
    pub fn given(&self) -> Vec<String> {
        let size = |pool: &PoolSize| pool.bytes.map_or_else(String::new, |bytes| format!("={bytes}"));
        let pools = self.pools.iter().map(|pool| format!("--pool {}{}", pool.name, size(pool)));
        let int4 = match self.int4 {
            Int4::Auto => None,
            Int4::Packed => Some("--int4 packed".to_owned()),
            Int4::Bytes => Some("--int4 bytes".to_owned()),
        };
        let constants: Vec<String> = self.constants.iter().map(ToString::to_string).collect();
        let constants = (!constants.is_empty()).then(|| format!("--constants {}", constants.join(",")));
        let custom = self.custom.iter().map(|custom| format!("--custom {}", custom.name));
        let shapes = self.shapes.given.iter().map(|shape| format!("--input-shape {shape}"));
        let optimize = (self.optimize != Optimize::default()).then(|| format!("--optimize {}", self.optimize.name()));
        pools
            .chain(constants)
            .chain(int4)
            .chain(custom)
            .chain(shapes)
            .chain(self.io_in_workspace.then(|| "--io-in-workspace".to_owned()))
            .chain(self.ram.map(|bytes| format!("--ram {bytes}")))
            .chain(optimize)
            .collect()
    }
}

/// How weights of int4 are kept in flash.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Int4 {
    /// Two in a byte where a layer saves more than the code for it takes
    Auto,
    /// Two in a byte
    Packed,
    /// One byte each: up to a fifth faster
    Bytes,
}

/// `TENSOR=FILE`, or `FILE` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorFile {
    /// Name of the tensor, if given.
    pub tensor: Option<String>,
    /// The file.
    pub file: PathBuf,
}

impl FromStr for TensorFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (tensor, file) = match text.split_once('=') {
            Some((tensor, file)) => (Some(tensor.to_owned()), file),
            None => (None, text),
        };
        if tensor.as_deref() == Some("") || file.is_empty() {
            return Err("expected TENSOR=FILE, for example audio=clip.npy".to_owned());
        }
        Ok(TensorFile { tensor, file: file.into() })
    }
}

/// `NAME=SIZE`, or `NAME` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSize {
    /// Name of the pool.
    pub name: String,
    /// Its size in bytes, if given.
    pub bytes: Option<usize>,
}

impl FromStr for PoolSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, size) = match text.split_once('=') {
            Some((name, size)) => (name, Some(size)),
            None => (text, None),
        };
        let first = name.bytes().next();
        let identifier = first.is_some_and(|b| b.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !identifier {
            return Err(
                "a pool's name may contain only lower-case letters, digits and _, for example sram=64K".to_owned()
            );
        }
        Ok(PoolSize { name: name.to_owned(), bytes: size.map(bytes).transpose()? })
    }
}

/// What the code is optimised for.
pub(super) fn optimize(text: &str) -> Result<Optimize, String> {
    let found = Optimize::ALL.into_iter().find(|optimize| optimize.name() == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = Optimize::ALL.iter().map(|optimize| optimize.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensor_files() {
        let parsed = |text: &str| text.parse::<TensorFile>().map(|t| (t.tensor, t.file.display().to_string()));
        assert_eq!(parsed("a=b.bin"), Ok((Some("a".into()), "b.bin".into())));
        assert_eq!(parsed("serving:0=x=y.npy"), Ok((Some("serving:0".into()), "x=y.npy".into())));
        assert_eq!(parsed("b.bin"), Ok((None, "b.bin".into())));
        assert!(parsed("a=").is_err() && parsed("=b").is_err() && parsed("").is_err());
    }

    #[test]
    fn pool_sizes() {
        let parsed = |text: &str| text.parse::<PoolSize>().map(|p| (p.name, p.bytes));
        assert_eq!(parsed("sram=64K"), Ok(("sram".into(), Some(65536))));
        assert_eq!(parsed("sram=1m"), Ok(("sram".into(), Some(1 << 20))));
        assert_eq!(parsed("sram_2=100"), Ok(("sram_2".into(), Some(100))));
        assert_eq!(parsed("sram"), Ok(("sram".into(), None)));
        for wrong in ["", "=4", "SRAM=4", "sram=", "sram=0", "sram=-1", "sram=4G", "sram=4096M", "2=3", "sram=1é"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
