//! The costs of kernels that only models compiled for speed use: their lines are added to those of the other kernels.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::fit::{self, Amounts, Sample};
use super::measured::{self, Layer, Measured};
use super::table::{self, short};
use crate::machine::board::{self, Board};
use crate::machine::paths;

/// What their names contain.
const ONLY: &str = "winograd";

/// Whether a line of the table is about such a kernel.
fn is_line(line: &str) -> bool {
    line.split(',').nth(2).is_some_and(|name| name.contains(ONLY))
}

/// Compiles every model for speed and as usual, and counts those that have such kernels; returns each board's lines.
///
/// # Errors
/// If anything fails but a model that does not fit a board.
pub fn lines(tool: &Path, files: &[PathBuf], boards: &[Board]) -> Result<BTreeMap<&'static str, Vec<String>>> {
    let out = paths::target().join("costs");
    let fast = out.join("speed");
    boards.iter().try_for_each(|board| fs::create_dir_all(fast.join(board.name)))?;
    let mut pairs: BTreeMap<&'static str, Vec<(Measured, Measured)>> = BTreeMap::new();
    for file in files {
        let Ok(subject) = measured::compile(tool, file, &fast, &["--optimize", "speed"])? else { continue };
        if !subject.calls(ONLY) {
            continue;
        }
        let usual = measured::compile(tool, file, &out, &[])?.with_context(|| file.display().to_string())?;
        for board in boards {
            let counted = (measured::measure(&subject, board, &fast)?, measured::measure(&usual, board, &out)?);
            match counted {
                (Some(fast), Some(usual)) => pairs.entry(board.name).or_default().push((fast, usual)),
                _ => eprintln!("{} on {}: too large, or failed", file.display(), board.name),
            }
        }
    }
    Ok(pairs.into_iter().map(|(core, pairs)| (core, of_core(core, &pairs))).collect())
}

/// Prints lines of kernels.
///
/// # Errors
/// Never; as [`add`].
pub fn print(lines: &BTreeMap<&'static str, Vec<String>>) -> Result<()> {
    lines.values().flatten().for_each(|line| println!("{line}"));
    Ok(())
}

/// Writes the lines of kernels that only models compiled for speed use.
///
/// # Errors
/// When the file can't be read or written.
pub fn add(lines: &BTreeMap<&'static str, Vec<String>>) -> Result<()> {
    let file = paths::root().join(table::USUAL.file);
    Ok(fs::write(&file, merged(&fs::read_to_string(&file)?, lines))?)
}

fn of_core(core: &str, pairs: &[(Measured, Measured)]) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
    let mut kernels: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (fast, usual) in pairs {
        for layer in fast.layers.iter().filter(|layer| layer.cost.contains(ONLY)) {
            let Some(instructions) = layer.instructions else { continue };
            let weight = 0.1 + instructions / fast.whole[0] as f64;
            let sample = Sample { model: fast.name.clone(), work: work(core, layer), instructions, weight };
            // Few models have such layers: those of a single call are among the others.
            groups.entry(layer.cost.trim_end_matches(" once")).or_default().push(sample);
        }
        let code = |model: &Measured| model.whole[1] as f64 - model.constants as f64;
        let of_kernels = fast.layers.iter().flat_map(|layer| &layer.kernels).filter(|name| name.contains(ONLY));
        for kernel in of_kernels {
            kernels.entry(kernel).or_default().push(code(fast) - code(usual));
        }
    }
    let mut lines: Vec<String> =
        groups.iter().map(|(name, samples)| table::line(core, name, &fit::fit(samples))).collect();
    for (kernel, mut more) in kernels {
        more.sort_by(f64::total_cmp);
        lines.push(format!("code,{core},{kernel},0,calls={}", short(more[more.len() / 2].max(0.0))));
    }
    lines
}

/// The amounts that the kernel's loops count. With MVE it is that of other convolutions.
fn work(core: &str, layer: &Layer) -> Amounts {
    let counts = |name: &str| core == "cortex-m55" || name.starts_with("tile_two") || name == "clamped";
    layer.work.iter().filter(|(name, _)| counts(name)).map(|(name, amount)| (name.clone(), *amount)).collect()
}

/// The table with these lines instead of the cores' earlier ones of such kernels.
fn merged(text: &str, made: &BTreeMap<&'static str, Vec<String>>) -> String {
    let (head, old): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let core = |line: &str| line.split(',').nth(1).unwrap_or_default().to_owned();
    let is_replaced = |line: &&str| is_line(line) && made.contains_key(core(line).as_str());
    let mut lines: Vec<String> = old.into_iter().filter(|line| !is_replaced(line)).map(ToOwned::to_owned).collect();
    lines.extend(made.values().flatten().cloned());
    let place = |line: &str| board::NAMES.iter().position(|name| *name == core(line));
    lines.sort_by_key(|line| {
        let name = line.split(',').nth(2).unwrap_or_default().to_owned();
        (place(line), line.starts_with("code"), name)
    });
    let mut merged = String::new();
    head.into_iter().map(ToOwned::to_owned).chain(lines).for_each(|line| _ = writeln!(merged, "{line}"));
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kernels_and_cores_keep_their_lines() {
        let text = "# head\ninstructions,cortex-m3,tvmk_add,0,calls=1\ninstructions,cortex-m3,tvmk_conv_2d_winograd,0,calls=2\n\
                    code,cortex-m3,tvmk_add,0,calls=3\ncode,rv32imac,tvmk_conv_2d_winograd,0,calls=4\n";
        let made = BTreeMap::from([(
            "cortex-m3",
            vec!["instructions,cortex-m3,tvmk_conv_2d_winograd once,0,calls=5".to_owned()],
        )]);
        let expected = "# head\ninstructions,cortex-m3,tvmk_add,0,calls=1\n\
                        instructions,cortex-m3,tvmk_conv_2d_winograd once,0,calls=5\n\
                        code,cortex-m3,tvmk_add,0,calls=3\ncode,rv32imac,tvmk_conv_2d_winograd,0,calls=4\n";
        assert_eq!(merged(text, &made), expected);
    }
}
