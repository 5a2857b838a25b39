//! `cargo xtask costs [--write] [--speed] [BOARD...]`: what kernels cost on emulated boards, for `tvm-embedded estimate`.
//!
//! Every available model is compiled, and the instructions of each of its layers and the size of its image are counted in the
//! emulator; costs are fitted to them. With `--write` they replace those of the boards in `host/compiler/src/cost/costs.csv`, and the
//! comparison of all models with their estimates replaces these boards' columns in `docs/estimate.md`. What is known of other boards
//! stays. Models whose C has not changed since an earlier call are not counted again. Kernels that only `--optimize speed` uses are counted in
//! models that are compiled with it, with `--speed` they alone.

mod comparison;
pub mod counted;
mod fit;
pub mod measured;
mod samples;
mod speed;
mod table;
mod unseen;

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::{bench, firmware};

/// Prints the costs, or writes them.
///
/// # Errors
/// If tools or models are missing, or anything fails but a model that does not fit a board.
pub fn run(args: &[String]) -> Result<()> {
    let (options, names): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg.starts_with('-'));
    if options.iter().any(|option| !["--write", "--speed"].contains(&option.as_str())) {
        bail!("usage: cargo xtask costs [--write] [--speed] [BOARD...]");
    }
    let has = |name: &str| options.iter().any(|option| option == name);
    let write = has("--write");
    setup::need(&["firmware"])?;
    let tool = firmware::tool()?;
    let out = paths::target().join("costs");
    fs::create_dir_all(&out)?;
    let boards = Board::select(&names)?.into_iter().map(Board::with_room).collect::<Result<Vec<_>>>()?;
    let files = files()?;
    let fast = speed::lines(&tool, &files, &boards)?;
    if has("--speed") {
        return if write { speed::add(&fast) } else { speed::print(&fast) };
    }
    let mut models: Vec<Vec<_>> = boards.iter().map(|_| Vec::new()).collect();
    for file in &files {
        let subject = match measured::compile(&tool, file, &out, &[])? {
            Ok(subject) => subject,
            Err(error) => {
                eprintln!("{}: not compiled: {error:#}", file.display());
                continue;
            }
        };
        for (board, models) in boards.iter().zip(&mut models) {
            match measured::measure(&subject, board, &out)? {
                Some(measured) => models.push(measured),
                None => eprintln!("{} on {}: too large, or failed", file.display(), board.name),
            }
        }
    }
    let costs: Vec<_> =
        boards.iter().zip(models).map(|(board, models)| table::Costs::new(board.name, models)).collect();
    if write {
        table::write(&costs)?;
        return speed::add(&fast);
    }
    table::print(&costs)?;
    speed::print(&fast)
}

/// The models of the benchmark, and all that exporters wrote.
fn files() -> Result<Vec<PathBuf>> {
    let mut files = bench::all_files()?;
    if let Some(folder) = paths::data("exporters/models") {
        let all = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        files.extend(all.filter(|file| file.extension().is_some_and(|extension| extension == "tflite")));
    }
    files.sort();
    files.dedup();
    Ok(files)
}
