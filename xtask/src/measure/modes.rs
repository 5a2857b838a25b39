//! `cargo xtask modes [BOARD...] [--write]`: what a network costs with each value of `--optimize`, on emulated boards.
//!
//! The networks are those of `docs/data.md`. With `--write` the table becomes `docs/modes.md`; nothing else is written.

use std::path::Path;

use anyhow::{Context, Result};

use crate::machine::paths;
use crate::measure::variants::{self, Table, Variant};

/// A core without the DSP extension, one with it, one with vectors, whose `speed` is `balanced`.
const TABLE: Table = Table {
    document: "docs/modes.md",
    head: HEAD,
    boards: ["cortex-m3", "cortex-m4f", "cortex-m55"],
    heading: "`--optimize`",
    base: MODES[0],
    compares_flash: true,
};
/// The networks of MLPerf Tiny, and the larger one of its image classification.
const NETWORKS: [(&str, &str); 5] = [
    ("networks", "ad01_int8"),
    ("models", "kws_ref_model"),
    ("networks", "vww_96_int8"),
    ("models", "pretrainedResnet_quant"),
    ("networks", "pretrainedResnet_large_int8"),
];
/// Values of the option; others are compared with the first.
const MODES: [&str; 3] = ["balanced", "size", "speed"];

/// Prints the table, and writes it with `--write`.
///
/// # Errors
/// When a network can't be compiled or run, or is not here.
pub fn run(args: &[String]) -> Result<()> {
    variants::run(args, &TABLE, variants)
}

fn variants() -> Result<Vec<Variant>> {
    let mut all = Vec::new();
    for (part, network) in NETWORKS {
        let folder = paths::data(part).context("the networks are not here: docs/data.md")?;
        let file = folder.join(network).with_extension("tflite");
        all.extend(MODES.map(|mode| Variant {
            network,
            name: mode,
            file: file.clone(),
            options: ["--optimize", mode].map(str::to_owned).into(),
            folder: Path::new("modes").join(mode),
        }));
    }
    Ok(all)
}

const HEAD: &str = "# What each value of `--optimize` costs

Written by `cargo xtask modes --write`. Networks of MLPerf Tiny ([data.md](data.md)): instructions of one inference on bytes of all values,
counted by the emulator (not cycles); bytes of flash and of static RAM of an image with the model, the runtime and the startup code, built with
gcc 12.2 -O2. The results are the same bytes in all modes; [compiler.md](compiler.md), \"Small code\" and \"Speed for flash\", says what they
do. A network without windows of 3 × 3 and stride 1 is the same in `balanced` and `speed`.
";
