//! `cargo xtask costs [--write] [--speed|--size] [BOARD...]`: what kernels cost on emulated boards, for `tvm-embedded estimate`.
//!
//! Every available model is compiled, and the instructions of each of its layers and the size of its image are counted in the
//! emulator; costs are fitted to them. With `--write` they replace those of the boards in `host/compiler/src/cost/costs.csv`, and the
//! comparison of all models with their estimates replaces these boards' columns in `docs/estimate.md`. What is known of other boards
//! stays. Models whose C has not changed since an earlier call are not counted again. Kernels that only `--optimize speed` uses are counted in
//! models that are compiled with it, with `--speed` they alone. `--size` measures models that are compiled with `--optimize size`, whose
//! costs and comparison have their own places: `host/compiler/src/cost/small.csv`, and a section of the document.

mod comparison;
pub mod counted;
mod fit;
pub mod measured;
mod samples;
mod speed;
mod table;
mod unseen;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::{bench, firmware};

/// Prints the costs, or writes them.
///
/// # Errors
/// If tools or models are missing, or anything fails but a model that does not fit a board.
pub fn run(args: &[String]) -> Result<()> {
    let (options, names): (Vec<_>, Vec<_>) = args.iter().map(String::as_str).partition(|arg| arg.starts_with('-'));
    let has = |name: &str| options.contains(&name);
    let known = options.iter().all(|option| ["--write", "--speed", "--size"].contains(option));
    if !known || has("--speed") && has("--size") {
        bail!("usage: cargo xtask costs [--write] [--speed|--size] [BOARD...]");
    }
    let write = has("--write");
    setup::need(&["firmware"])?;
    let tool = firmware::tool()?;
    let names: Vec<String> = names.into_iter().map(ToOwned::to_owned).collect();
    let boards = Board::select(&names)?.into_iter().map(Board::with_room).collect::<Result<Vec<_>>>()?;
    let files = files()?;
    if has("--size") {
        let costs = costs(&tool, &files, &boards, &paths::target().join("costs/size"), &["--optimize", "size"])?;
        return if write { table::write(&table::SMALL, &costs) } else { table::print(&table::SMALL, &costs) };
    }
    let fast = speed::lines(&tool, &files, &boards)?;
    if has("--speed") {
        return if write { speed::add(&fast) } else { speed::print(&fast) };
    }
    let costs = costs(&tool, &files, &boards, &paths::target().join("costs"), &[])?;
    if write {
        table::write(&table::USUAL, &costs)?;
        return speed::add(&fast);
    }
    table::print(&table::USUAL, &costs)?;
    speed::print(&fast)
}

/// The costs of each board, from models that are compiled with these options of the tool.
fn costs(tool: &Path, files: &[PathBuf], boards: &[Board], out: &Path, options: &[&str]) -> Result<Vec<table::Costs>> {
    fs::create_dir_all(out)?;
    let mut models: Vec<Vec<_>> = boards.iter().map(|_| Vec::new()).collect();
    for file in files {
        let subject = match measured::compile(tool, file, out, options)? {
            Ok(subject) => subject,
            Err(error) => {
                eprintln!("{}: not compiled: {error:#}", file.display());
                continue;
            }
        };
        for (board, models) in boards.iter().zip(&mut models) {
            match measured::measure(&subject, board, out)? {
                Some(measured) => models.push(measured),
                None => eprintln!("{} on {}: too large, or failed", file.display(), board.name),
            }
        }
    }
    Ok(boards.iter().zip(models).map(|(board, models)| table::Costs::new(board.name, models)).collect())
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
