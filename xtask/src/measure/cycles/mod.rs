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
use crate::machine::{emulator, paths, setup};
use crate::measure::costs::{counted, measured};
use crate::measure::firmware;
use crate::measure::profiles::code::Code;
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
    for (at, (core, model_of_core)) in CORES.iter().enumerate() {
        if names.is_empty() || names.contains(core) {
            for (part, model) in MODELS {
                let file = paths::data(part).context("the networks are not here: docs/data.md")?;
                for (kernel, of) in loops(&tool, core, &file.join(model).with_extension("tflite"), &out)? {
                    let cycles = analysis::cycles(model_of_core, &of.listing, &out)?;
                    // The fewest cycles for each product: a layer of a few products may be in another loop.
                    let row = Row { at, kernel: kernel.clone(), instructions: of.listing.len(), macs: of.macs, cycles };
                    let known = rows.entry((at, kernel)).or_insert_with(|| row.clone());
                    if row.per_mac() < known.per_mac() {
                        *known = row;
                    }
                }
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

/// For each kernel of a network, the loop in which most products of its layers are.
fn loops(tool: &Path, core: &str, file: &Path, out: &Path) -> Result<Vec<(String, Loop)>> {
    let board = Board::named(core)?;
    let measured::Subject { model, report } = measured::compile(tool, file, out, &[])??;
    let program = counted::build(&board, &model, out)?;
    let run = emulator::count_places(&board, &program, counted::BETWEEN)?;
    let code = Code::of_image(&board, &program)?;
    let layers = report["layers"].as_array().context("a report without layers")?;
    let mut summed: BTreeMap<String, BTreeMap<u64, u64>> = BTreeMap::new();
    for (at, places) in counted::order(&board, &model, &run)?.into_iter().zip(&run.counts.places) {
        let kernels = layers.get(at).and_then(|layer| layer["kernels"].as_array()).into_iter().flatten();
        let names: Vec<&str> = kernels.filter_map(|name| name.as_str()?.strip_prefix("tvmk_")).collect();
        let sums = summed.entry(names.join(", ")).or_default();
        for (address, times) in places {
            if let Some((block, at)) = code.place(*address) {
                *sums.entry(block.addresses[0]).or_default() += times * block.macs[at];
            }
        }
    }
    let most = |sums: BTreeMap<u64, u64>| sums.into_iter().max_by_key(|(_, macs)| *macs).filter(|(_, macs)| *macs > 0);
    let found = summed.into_iter().filter_map(|(kernel, sums)| {
        let (block, _) = code.place(most(sums)?.0)?;
        Some((kernel, Loop { listing: block.texts.clone(), macs: block.macs.iter().sum() }))
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
