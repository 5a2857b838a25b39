//! `cargo xtask cycles [--write] [CORE...]`: cycles of the loops in which most products are, as LLVM's machine code analyser
//! (llvm-mca) estimates them from its model of the core.
//!
//! Emulators count instructions, not cycles. The analyser takes a loop as endless and memory as perfect: no wait states, no misses of
//! a cache, no stalls of stores. It knows how many instructions a core starts at once, and for how long each result is not ready.

mod analysis;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::costs::measured;
use crate::measure::{firmware, profiles};
use analysis::Cycles;

/// The cores of which LLVM has a model, with its name for them.
const CORES: [(&str, &str); 4] = [
    ("cortex-m4f", "cortex-m4"),
    ("cortex-m7", "cortex-m7"),
    ("cortex-m33", "cortex-m33"),
    ("cortex-m55", "cortex-m55"),
];

/// Networks of `docs/data.md` whose kernels are analysed.
const MODELS: [(&str, &str); 4] = [
    ("models", "kws_ref_model"),
    ("models", "pretrainedResnet_quant"),
    ("networks", "ad01_int8"),
    ("networks", "trained_lstm_int8"),
];

const DOCUMENT: &str = "docs/estimate.md";
const BEGIN: &str = "<!-- written by `cargo xtask cycles --write` -->\n";
const END: &str = "<!-- end -->\n";

/// Prints the table, or writes it.
///
/// # Errors
/// If a network is not here, or anything fails.
pub fn run(args: &[String]) -> Result<()> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        args.iter().map(String::as_str).partition(|arg| arg.starts_with('-'));
    let write = options == ["--write"];
    let unknown = names.iter().any(|name| CORES.iter().all(|(core, _)| core != name));
    if unknown || !write && !options.is_empty() || write && !names.is_empty() {
        let known: Vec<&str> = CORES.iter().map(|(core, _)| *core).collect();
        bail!("usage: cargo xtask cycles [--write | CORE...], with cores of {}", known.join(", "));
    }
    setup::need(&["firmware", "cycles"])?;
    let tool = firmware::tool()?;
    let out = paths::target().join("cycles");
    fs::create_dir_all(&out)?;
    let mut rows = BTreeMap::new();
    for (at, (core, _)) in CORES.iter().enumerate().filter(|(_, (core, _))| names.is_empty() || names.contains(core)) {
        for (part, model) in MODELS {
            let folder = paths::data(part).context("the networks are not here: docs/data.md")?;
            for (kernel, of) in loops(&tool, core, &folder.join(model).with_extension("tflite"), &out)? {
                keep_fastest(&mut rows, row(at, kernel, &of, &out)?);
            }
        }
    }
    let table = table(rows.values());
    print!("{table}");
    if write {
        let path = paths::root().join(DOCUMENT);
        let text = fs::read_to_string(&path)?;
        let (before, rest) = text.split_once(BEGIN).context("the document has no place for the cycles")?;
        let (_, after) = rest.split_once(END).context("the table of cycles has no end")?;
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}"))?;
    }
    Ok(())
}

/// A loop of an image.
struct Loop {
    listing: Vec<String>,
    /// Multiply-accumulates of a pass.
    macs: u64,
}

/// A line of the table.
#[derive(Clone)]
struct Row {
    /// Which core.
    at: usize,
    kernel: String,
    instructions: usize,
    macs: u64,
    cycles: Cycles,
}

impl Row {
    fn per_mac(&self) -> f64 {
        self.cycles.per_pass / self.macs as f64
    }
}

fn row(at: usize, kernel: String, of: &Loop, out: &Path) -> Result<Row> {
    let cycles = analysis::cycles(CORES[at].1, &of.listing, out)?;
    Ok(Row { at, kernel, instructions: of.listing.len(), macs: of.macs, cycles })
}

/// A layer of few products may be in another loop of its kernel.
fn keep_fastest(rows: &mut BTreeMap<(usize, String), Row>, row: Row) {
    let known = rows.entry((row.at, row.kernel.clone())).or_insert_with(|| row.clone());
    if row.per_mac() < known.per_mac() {
        *known = row;
    }
}

/// For each layer of a network with products, its kernels and the loop in which most of its products are.
fn loops(tool: &Path, core: &str, file: &Path, out: &Path) -> Result<Vec<(String, Loop)>> {
    let measured = measured::compile(tool, file, out, &[])??;
    let (code, layers) = profiles::layers(&Board::named(core)?, &measured, out)?;
    let found = layers.into_iter().filter(|layer| layer.inner.macs > 0).filter_map(|layer| {
        let (block, _) = code.place(layer.inner.address)?;
        Some((layer.kernels.join(", "), Loop { listing: block.texts.clone(), macs: layer.inner.macs }))
    });
    Ok(found.collect())
}

fn table<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text = "| core | kernel | instructions of a pass | MACs | cycles | cycles per MAC |\n\
                    | --- | --- | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for row in rows {
        let (core, cycles) = (CORES[row.at].0, row.cycles.per_pass);
        let _ = writeln!(
            text,
            "| {core} | {} | {} | {} | {cycles:.1} | {:.2} |",
            row.kernel,
            row.instructions,
            row.macs,
            row.per_mac()
        );
    }
    text
}
