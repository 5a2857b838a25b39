//! `report`

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::shared::Building;
use crate::size::bytes;

/// `report`
#[derive(Debug, Args)]
pub struct Report {
    /// Model to report on: an int8 .tflite file
    #[arg(value_name = "MODEL.tflite")]
    pub path: PathBuf,

    /// File to write: .html a page, .svg the picture of the memory, .json all facts, .txt text. Without it, the text is printed
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Only the picture of the memory, as SVG, whatever the file name is
    #[arg(long, group = "format")]
    pub svg: bool,

    /// All facts as JSON, which `--against` takes
    #[arg(long, group = "format")]
    pub json: bool,

    /// Plain text
    #[arg(long, group = "format")]
    pub text: bool,

    /// Report whether the model fits a board with this much memory for it, for example flash=512K,ram=96K
    #[arg(long, value_name = "MEMORY")]
    pub board: Option<Board>,

    /// Report what changed since another report, which `report --json` wrote
    #[arg(long, value_name = "OTHER.json")]
    pub against: Option<PathBuf>,

    /// Show what `validate --json` found: accuracy, confusion matrix and the samples with the largest errors
    #[arg(long, value_name = "FINDINGS.json")]
    pub validation: Option<PathBuf>,

    /// How the model is compiled.
    #[command(flatten)]
    pub building: Building,
}

/// Examples of `report`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded report keyword.tflite
  tvm-embedded report keyword.tflite -o keyword.html --board flash=512K,ram=96K
  tvm-embedded report keyword.tflite -o memory.svg
  tvm-embedded report keyword.tflite -o before.json
  tvm-embedded report smaller.tflite -o smaller.html --against before.json
  tvm-embedded report keyword.tflite -o keyword.html --validation findings.json

The page is one file that needs no network.";

/// Memory of a board that a model may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Board {
    /// Flash in bytes, if given.
    pub flash: Option<u64>,
    /// RAM in bytes, if given.
    pub ram: Option<u64>,
}

impl FromStr for Board {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut board = Board { flash: None, ram: None };
        for part in text.split(',') {
            let wrong =
                || format!("'{part}' is not a memory: expected flash=SIZE, ram=SIZE, or both with a comma between");
            let (name, size) = part.split_once('=').ok_or_else(wrong)?;
            let place = match name {
                "flash" => &mut board.flash,
                "ram" => &mut board.ram,
                _ => return Err(wrong()),
            };
            if place.replace(bytes(size)? as u64).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(board)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards() {
        let board = |flash, ram| Ok(Board { flash, ram });
        assert_eq!("flash=512K,ram=96K".parse(), board(Some(512 << 10), Some(96 << 10)));
        assert_eq!("ram=100".parse(), board(None, Some(100)));
        for wrong in ["", "flash", "flash=", "rom=1", "ram=1,ram=2", "flash=1;ram=2", "ram=0"] {
            assert!(wrong.parse::<Board>().is_err(), "{wrong}");
        }
    }
}
