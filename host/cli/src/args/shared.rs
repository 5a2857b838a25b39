//! Arguments of several verbs.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::PossibleValuesParser;
use tvm_embedded_compiler::ir::options::CORES;

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

/// The names of cores.
pub fn cores() -> PossibleValuesParser {
    PossibleValuesParser::new(CORES.iter().map(|(name, _)| *name))
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
