//! `cargo xtask kinds [BOARD...] [--write]`: what a network costs in each kind of file that exporters write, on emulated boards.
//!
//! The networks are those of `docs/data.md`. With `--write` the table becomes `docs/kinds.md`; nothing else is written, and nothing is
//! compared, since the files may be absent.

use anyhow::{Context, Result};

use crate::machine::paths;
use crate::measure::variants::{self, Table, Variant};

/// A core without FPU and DSP, one with both, one with vectors.
const TABLE: Table = Table {
    document: "docs/kinds.md",
    head: HEAD,
    boards: ["cortex-m0", "cortex-m4f", "cortex-m55"],
    heading: "file",
    base: KINDS[0].1,
    compares_flash: false,
};
/// Networks that exist in most kinds, with convolutions, with fully connected layers, and with recurrence; the kind of the first is what
/// others are compared with.
const NETWORKS: [&str; 4] = ["gesture_conv1d", "mlp_activations", "tcn", "gru_unrolled"];
/// Kinds: the ending of the file's name, and what the file is.
const KINDS: [(&str, &str); 8] = [
    ("int8_io", "int8"),
    ("int8", "int8, inputs and outputs float32"),
    ("int16x8", "int16, weights int8"),
    ("float32", "float32"),
    ("float16", "float32, weights float16"),
    ("dynamic", "float32, dynamic range of TensorFlow's converter"),
    ("dynamic_wi8_afp32", "float32, weights int8 (dynamic range)"),
    ("weight_only_wi4_afp32", "float32, weights int4 (weight only)"),
];
/// A network of which there is no other kind.
const UINT8: (&str, &str) = ("mobilenet_v1_025_128_uint8", "uint8 of TensorFlow 1");

/// Prints the table, and writes it with `--write`.
///
/// # Errors
/// When a network can't be compiled or run, or there is none.
pub fn run(args: &[String]) -> Result<()> {
    variants::run(args, &TABLE, variants)
}

fn variants() -> Result<Vec<Variant>> {
    let exporters = paths::data("exporters/models").context("the files of exporters are not here: docs/data.md")?;
    let variant = |network, name, file| Variant { network, name, file, options: Vec::new(), folder: "kinds".into() };
    let mut all = Vec::new();
    for network in NETWORKS {
        all.extend(KINDS.map(|(end, kind)| variant(network, kind, exporters.join(format!("{network}.{end}.tflite")))));
    }
    if let Some(networks) = paths::data("networks") {
        all.push(variant(UINT8.0, UINT8.1, networks.join(UINT8.0).with_extension("tflite")));
    }
    all.retain(|variant| variant.file.is_file());
    Ok(all)
}

const HEAD: &str = "# What each kind of file costs

Written by `cargo xtask kinds --write`. The same networks in the kinds of files that exporters write ([data.md](data.md)), each compiled
without options: instructions of one inference on bytes of all values (float32: from -1 to 1), counted by the emulator (not cycles); bytes of flash and of static RAM
of an image with the model, the runtime and the startup code, built with gcc 12.2 -O2. How each kind is computed is in
[compiler.md](compiler.md), \"Weights of int8 with float32\" and \"uint8 of TensorFlow 1\".

- *times int8*: instructions relative to those of the network's first file, in which inputs and outputs are int8, too.
- TensorFlow's converter makes weights of fewer than 1024 elements no integers in its dynamic range: such files are float32 as a whole.
- Inputs of float32 are numbers from -1 to 1; where the time depends on values (`expf`, software on Cortex-M0), it is that of such inputs.
- There is no file with weights of int8 that are only stored so, and none of uint8 with an int8 sibling. uint8 is one network alone, with
  nothing to compare.
";
