//! `cargo xtask modes [BOARD...] [--write]`: what a network costs with each value of `--optimize`, on emulated boards.
//!
//! The networks are those of `docs/data.md`. With `--write` the table becomes `docs/modes.md`; nothing else is written.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::bench_image::{self, Model, is_too_large};
use crate::measure::firmware;
use crate::measure::performance::Figures;

/// Where the table is.
const NAME: &str = "docs/modes.md";
/// A core without the DSP extension, one with it, one with vectors, whose `speed` is `balanced`.
const BOARDS: [&str; 3] = ["cortex-m3", "cortex-m4f", "cortex-m55"];
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

/// A network in a mode: its name, and the figures on each board, `None` where it does not fit.
struct Row {
    network: &'static str,
    mode: &'static str,
    cells: Vec<Option<Figures>>,
}

/// Prints the table, and writes it with `--write`.
///
/// # Errors
/// When a network can't be compiled or run, or is not here.
pub fn run(args: &[String]) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg.starts_with("--"));
    let write = match flags.as_slice() {
        [] => false,
        [flag] if flag == "--write" && names.is_empty() => true,
        _ => bail!("expected [BOARD...], or --write, which measures all boards of the table"),
    };
    setup::need(&["firmware"])?;
    let names = if names.is_empty() { BOARDS.map(str::to_owned).to_vec() } else { names };
    let text = text(&names, &rows(&Board::select(&names)?)?);
    println!("{text}");
    if write {
        fs::write(paths::root().join(NAME), text)?;
    }
    Ok(())
}

fn rows(boards: &[Board]) -> Result<Vec<Row>> {
    let tool = firmware::tool()?;
    let mut rows = Vec::new();
    for (part, network) in NETWORKS {
        let folder = paths::data(part).context("the networks are not here: docs/data.md")?;
        let file = folder.join(network).with_extension("tflite");
        for mode in MODES {
            let out = paths::target().join("modes").join(mode);
            fs::create_dir_all(&out)?;
            let options = ["--optimize", mode].map(ToOwned::to_owned);
            let model = Model::compile(&tool, &file, &out, &options)?.with_context(|| file.display().to_string())?;
            let cell = |board: &Board| match bench_image::measure(board, &model, &out, false) {
                Ok(measured) => Ok(Some(measured.figures)),
                Err(error) if is_too_large(&format!("{error:#}")) => Ok(None),
                Err(error) => Err(error.context(format!("{network} on {}", board.name))),
            };
            rows.push(Row { network, mode, cells: boards.iter().map(cell).collect::<Result<_>>()? });
        }
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
            let _ = writeln!(text, "{}", line(row, row.cells[at], first.and_then(|first| first.cells[at])));
        }
    }
    text
}

/// A line of a board's table; `base` are the figures of the network's first mode.
fn line(Row { network, mode, .. }: &Row, figures: Option<Figures>, base: Option<Figures>) -> String {
    let Some([instructions, flash, ram, _]) = figures else {
        return format!("| {network} | {mode} | too large | | | | |");
    };
    let times = |now: u64, at: usize| base.map_or(String::new(), |base| format!("{:.2}", now as f64 / base[at] as f64));
    let (slower, larger) = (times(instructions, 0), times(flash, 1));
    format!("| {network} | {mode} | {instructions} | {slower} | {flash} | {larger} | {ram} |")
}

const TITLE: &str = "| network | `--optimize` | instructions | times balanced | flash | times balanced | RAM |\n\
                     | --- | --- | ---: | ---: | ---: | ---: | ---: |\n";

const HEAD: &str = "# What each value of `--optimize` costs

Written by `cargo xtask modes --write`. Networks of MLPerf Tiny ([data.md](data.md)): instructions of one inference on bytes of all values,
counted by the emulator (not cycles); bytes of flash and of static RAM of an image with the model, the runtime and the startup code, built with
gcc 12.2 -O2. The results are the same bytes in all modes; [compiler.md](compiler.md), \"Small code\" and \"Speed for flash\", says what they
do. A network without windows of 3 × 3 and stride 1 is the same in `balanced` and `speed`.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_compare_with_the_first_mode_of_a_network() {
        let row = |network, mode, cell| Row { network, mode, cells: vec![cell] };
        let rows = [
            row("a", "balanced", Some([100, 20, 3, 4])),
            row("a", "speed", Some([66, 50, 6, 7])),
            row("b", "balanced", None),
            row("b", "speed", Some([10, 5, 6, 7])),
        ];
        let text = text(&["cortex-m3".to_owned()], &rows);
        let last: Vec<&str> = text.lines().rev().take(4).collect();
        let expected = [
            "| b | speed | 10 |  | 5 |  | 6 |",
            "| b | balanced | too large | | | | |",
            "| a | speed | 66 | 0.66 | 50 | 2.50 | 6 |",
            "| a | balanced | 100 | 1.00 | 20 | 1.00 | 3 |",
        ];
        assert_eq!(last, expected);
    }
}
