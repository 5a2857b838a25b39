//! `cargo xtask kinds [BOARD...] [--write]`: what a network costs in each kind of file that exporters write, on emulated boards.
//!
//! The networks are those of `docs/data.md`. With `--write` the table becomes `docs/kinds.md`; nothing else is written, and nothing is
//! compared, since the files may be absent.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::bench_image::{self, Model, is_too_large};
use crate::measure::firmware;
use crate::measure::performance::Figures;

/// Where the table is.
const NAME: &str = "docs/kinds.md";
/// A core without FPU and DSP, one with both, one with vectors.
const BOARDS: [&str; 3] = ["cortex-m0", "cortex-m4f", "cortex-m55"];
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

/// A network in a kind: its name, and the figures on each board, `None` where it does not fit.
struct Row {
    network: &'static str,
    kind: &'static str,
    cells: Vec<Option<Figures>>,
}

/// Prints the table, and writes it with `--write`.
///
/// # Errors
/// When a network can't be compiled or run, or there is none.
pub fn run(args: &[String]) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg.starts_with("--"));
    let write = match flags.as_slice() {
        [] => false,
        [flag] if flag == "--write" && names.is_empty() => true,
        _ => bail!("expected [BOARD...], or --write, which measures all boards of the table"),
    };
    setup::need(&["firmware"])?;
    let names = if names.is_empty() { BOARDS.map(str::to_owned).to_vec() } else { names };
    let boards = Board::select(&names)?;
    let rows = rows(&boards)?;
    let text = text(&names, &rows);
    println!("{text}");
    if write {
        fs::write(paths::root().join(NAME), text)?;
    }
    Ok(())
}

fn rows(boards: &[Board]) -> Result<Vec<Row>> {
    let tool = firmware::tool()?;
    let out = paths::target().join("kinds");
    fs::create_dir_all(&out)?;
    let exporters = paths::data("exporters/models").context("the files of exporters are not here: docs/data.md")?;
    let mut files = Vec::new();
    for network in NETWORKS {
        let of_kind =
            |(end, kind): (&str, &'static str)| (exporters.join(format!("{network}.{end}.tflite")), network, kind);
        files.extend(KINDS.map(of_kind));
    }
    if let Some(networks) = paths::data("networks") {
        files.push((networks.join(UINT8.0).with_extension("tflite"), UINT8.0, UINT8.1));
    }
    files.retain(|(file, ..)| file.is_file());
    let mut rows = Vec::new();
    for (file, network, kind) in files {
        let model = Model::compile(&tool, &file, &out, &[])?.with_context(|| file.display().to_string())?;
        let cell = |board: &Board| match bench_image::measure(board, &model, &out, false) {
            Ok(measured) => Ok(Some(measured.figures)),
            Err(error) if is_too_large(&format!("{error:#}")) => Ok(None),
            Err(error) => Err(error.context(format!("{} on {}", model.name, board.name))),
        };
        rows.push(Row { network, kind, cells: boards.iter().map(cell).collect::<Result<_>>()? });
    }
    Ok(rows)
}

fn text(boards: &[String], rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for (at, board) in boards.iter().enumerate() {
        let _ = write!(text, "\n## {board}\n\n{TITLE}");
        let mut first: Option<&Row> = None;
        for row in rows {
            if first.is_none_or(|first| first.network != row.network) {
                first = Some(row);
            }
            let base = first.filter(|first| first.kind == KINDS[0].1).and_then(|first| first.cells[at]);
            let _ = writeln!(text, "{}", line(row, row.cells[at], base));
        }
    }
    text
}

/// A line of a board's table; `base` are the figures of the network's first kind.
fn line(row: &Row, figures: Option<Figures>, base: Option<Figures>) -> String {
    let Row { network, kind, .. } = row;
    let Some([instructions, flash, ram, _]) = figures else {
        return format!("| {network} | {kind} | too large | | | |");
    };
    let times = base.map_or(String::new(), |base| format!("{:.2}", instructions as f64 / base[0] as f64));
    format!("| {network} | {kind} | {instructions} | {times} | {flash} | {ram} |")
}

const TITLE: &str =
    "| network | file | instructions | times int8 | flash | RAM |\n| --- | --- | ---: | ---: | ---: | ---: |\n";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_compare_with_the_first_kind_of_a_network() {
        let row = |network, kind, cell| Row { network, kind, cells: vec![cell] };
        let rows = [
            row("a", "int8", Some([100, 2, 3, 4])),
            row("a", "float32", Some([250, 5, 6, 7])),
            row("b", "int8", None),
            row("b", "float32", Some([10, 5, 6, 7])),
            row("c", "uint8", Some([10, 5, 6, 7])),
        ];
        let text = text(&["cortex-m0".to_owned()], &rows);
        let last: Vec<&str> = text.lines().rev().take(5).collect();
        let expected = [
            "| c | uint8 | 10 |  | 5 | 6 |",
            "| b | float32 | 10 |  | 5 | 6 |",
            "| b | int8 | too large | | | |",
            "| a | float32 | 250 | 2.50 | 5 | 6 |",
            "| a | int8 | 100 | 1.00 | 2 | 3 |",
        ];
        assert_eq!(last, expected);
    }
}
