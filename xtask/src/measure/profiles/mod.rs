//! `cargo xtask profiles [--write] [MODEL...]`: what the instructions of each layer are for, for networks that take more instructions than
//! the line that they are to reach.
//!
//! Each layer's instructions are counted in the emulator one by one, and sorted by the code that they are in: products,
//! requantisation, everything else. With `--write` the tables replace those in `docs/profiles.md`, each between its own marks; what
//! stands around them is written by hand.

pub mod code;
mod layer;
mod subject;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::{emulator, paths, setup};
use crate::measure::bench_image;
use crate::measure::costs::{counted, measured};
use crate::measure::firmware;
use code::Code;
use layer::Layer;
use subject::{DOCUMENT, Profile, SUBJECTS, Subject};

/// Prints the tables, or writes them.
///
/// # Errors
/// If a network is not here, or anything fails.
pub fn run(args: &[String]) -> Result<()> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        args.iter().map(String::as_str).partition(|arg| arg.starts_with('-'));
    let unknown = names.iter().find(|name| SUBJECTS.iter().all(|subject| subject.model != **name));
    if options.iter().any(|option| *option != "--write") || unknown.is_some() {
        let known: Vec<&str> = SUBJECTS.iter().map(|subject| subject.model).collect();
        bail!("usage: cargo xtask profiles [--write] [MODEL...], with models of {}", known.join(", "));
    }
    setup::need(&["firmware"])?;
    let tool = firmware::tool()?;
    let out = paths::target().join("profiles");
    fs::create_dir_all(&out)?;
    let mut document = fs::read_to_string(paths::root().join(DOCUMENT))?;
    for subject in SUBJECTS.iter().filter(|subject| names.is_empty() || names.contains(&subject.model)) {
        let table = text::table(subject, &profile(&tool, subject, &out)?);
        println!("{} on {}\n\n{table}", subject.model, subject.core);
        document = text::replaced(&document, subject, &table)?;
    }
    if !options.is_empty() {
        fs::write(paths::root().join(DOCUMENT), document)?;
    }
    Ok(())
}

fn file(subject: &Subject) -> Result<PathBuf> {
    let folder = paths::data(subject.part).context("the networks are not here: docs/data.md")?;
    Ok(folder.join(subject.model).with_extension("tflite"))
}

/// Counts a network.
fn profile(tool: &Path, subject: &Subject, out: &Path) -> Result<Profile> {
    let board = Board::named(subject.core)?;
    let measured = measured::compile(tool, &file(subject)?, out, &[])??;
    let [whole, ..] = bench_image::measure(&board, &measured.model, out, false)?.figures;
    Ok(Profile { whole, layers: layers(&board, &measured, out)?.1 })
}

/// The code of a network's image, in which each layer is marked, and what its layers' instructions are for.
///
/// # Errors
/// If the image does not build, does not fit the board, or fails there.
pub fn layers(board: &Board, measured: &measured::Subject, out: &Path) -> Result<(Code, Vec<Layer>)> {
    let measured::Subject { model, report } = measured;
    let program = counted::build(board, model, out)?;
    let run = emulator::count_places(board, &program, counted::BETWEEN)?;
    let code = Code::of_image(board, &program)?;
    let reports = report["layers"].as_array().context("a report without layers")?;
    let prefix = format!("tvmgen_{}_", report["module"].as_str().context("a report without a name")?);
    let ranges = run.counts.ranges.iter().zip(&run.counts.places);
    let layers = counted::order(board, model, &run)?.into_iter().zip(ranges).map(|(at, (count, places))| {
        let report = reports.get(at).context("a layer that the report does not have")?;
        Layer::new(report, &prefix, *count, &code, places)
    });
    let layers = layers.collect::<Result<_>>()?;
    Ok((code, layers))
}
