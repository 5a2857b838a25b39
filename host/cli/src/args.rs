//! The command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::runtime;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Neural networks for microcontrollers: from a .tflite file or a TVM model archive to C you can link.
#[derive(Debug, Parser)]
#[command(name = "tvm-embedded", version = version(), styles = STYLES, max_term_width = 100, after_help = AFTER_HELP)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER_HELP: &str = "\
A model goes this way:
  tvm-embedded compile keyword.tflite -o keyword.tar          once TVM's work, now this tool's
  tvm-embedded inspect keyword.tar                            what is in it, what it needs
Inspecting takes a .tflite file as well. `tvm-embedded VERB --help` shows examples of each.

Exit codes:
  0  done
  1  the model or archive was refused
  2  the command line is wrong
  3  a file could not be read or written, or does not hold what it should

Results go to standard output, errors to standard error. NO_COLOR=1 turns colours off.";

fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{}\nABI of generated files and library: {}\narchives read: {}",
            env!("CARGO_PKG_VERSION"),
            runtime::abi_version(),
            crate::load::READS,
        )
    });
    &VERSION
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show what is in a model: tensors, memory, flash, layers, and what is odd about it
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Compile an int8 .tflite file to a model archive
    #[command(after_help = COMPILE_EXAMPLES)]
    Compile(Compile),
}

/// The model that a verb works on.
#[derive(Debug, Args)]
pub struct Model {
    /// Model archive (.tar, Model Library Format) or .tflite file, which is compiled in memory
    #[arg(value_name = "ARCHIVE")]
    pub path: PathBuf,

    /// Which model, when the archive holds several
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,

    /// The .tflite file an archive of TVM was made from: adds shapes, scales and zero points, which such archives lack
    #[arg(long, value_name = "FILE")]
    pub tflite: Option<PathBuf>,
}

/// `inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// The model.
    #[command(flatten)]
    pub model: Model,

    /// Print the same facts as JSON
    #[arg(long)]
    pub json: bool,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  tvm-embedded inspect keyword.tar
  tvm-embedded inspect keyword.tflite --json | jq '.models[0].workspaces'
  tvm-embedded inspect from_tvm.tar --tflite original.tflite";

/// `compile`
#[derive(Debug, Args)]
pub struct Compile {
    /// Model to compile: an int8 .tflite file
    #[arg(value_name = "MODEL.tflite")]
    pub path: PathBuf,

    /// Archive to write
    #[arg(short, long, value_name = "OUT.tar")]
    pub output: PathBuf,

    /// Name of the model in C [default: the file's name, in lower case]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// A memory the workspace may use, in order of preference, for example dtcm=16K; without a size, as much as is
    /// needed [default: one pool called workspace]
    #[arg(long = "pool", value_name = "NAME[=SIZE]")]
    pub pools: Vec<PoolSize>,

    /// Put inputs and outputs into the workspace, where they share memory with the rest
    #[arg(long)]
    pub io_in_workspace: bool,

    /// What to save when flash and speed pull apart
    #[arg(long, value_name = "GOAL", default_value = "balanced")]
    pub optimize: Goal,

    /// Write what each layer costs and where each tensor lives: as JSON if FILE ends in .json, else as text
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

const COMPILE_EXAMPLES: &str = "\
Examples:
  tvm-embedded compile keyword.tflite -o keyword.tar
  tvm-embedded compile keyword.tflite -o keyword.tar --pool dtcm=16K --pool sram=64K
  tvm-embedded compile keyword.tflite -o keyword.tar --io-in-workspace --optimize size

The archive is Model Library Format version 7, as TVM 0.9 to 0.18 wrote it.";

/// Trade between flash and instructions.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Goal {
    /// Smallest flash
    Size,
    /// Spend flash where it pays well
    Balanced,
    /// Fewest instructions
    Speed,
}

/// `NAME=SIZE`, or `NAME` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSize {
    /// Name of the pool.
    pub name: String,
    /// Its size in bytes, where given.
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
            return Err("a pool's name is made of lower-case letters, digits and _, for example sram=64K".to_owned());
        }
        Ok(PoolSize { name: name.to_owned(), bytes: size.map(bytes).transpose()? })
    }
}

/// A number of bytes with an optional K or M, which stand for 1024 and 1024 × 1024.
fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("'{text}' is no size: expected bytes, for example 65536 or 64K");
    let (digits, unit) = match text.as_bytes() {
        [.., b'k' | b'K'] => (&text[..text.len() - 1], 1 << 10),
        [.., b'm' | b'M'] => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    let number: usize = digits.parse().map_err(|_| wrong())?;
    // The runtime counts a workspace's bytes in 32 bits.
    number.checked_mul(unit).filter(|&bytes| bytes > 0 && u32::try_from(bytes).is_ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
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
