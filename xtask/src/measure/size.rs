//! `cargo xtask size`: the cost of the runtime on each core, read from linked images, as a committed table.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::image::{Image, Piece};
use crate::machine::{emulator, library, paths, setup};
use crate::measure::{firmware, layers, options, unused};

/// The limits of the project, for Cortex-M4F: a figure above its limit fails the test.
const BARS: [(&str, u64); 5] = [(ALL, 4096), (MINIMAL, 768), (STACK, 128), (CALL, 80), (HOOKS, 12)];
const BAR_CORE: &str = "cortex-m4f";

const ALL: &str = "flash, every function";
const MINIMAL: &str = "flash, minimal program";
const DATA: &str = ".data + .bss";
const ERROR_TEXT: &str = ".bss with last error";
const STACK: &str = "stack of TVMExecute";
const CALL: &str = "instructions above a direct call";
const HOOKS: &str = "instructions of a layer's hooks";

/// The functions that need the one piece of writable data, the text of the last error.
const LAST_ERROR: [&str; 2] = ["TVMAPISetLastError", "TVMGetLastError"];

/// A figure may grow by this fraction before the comparison with the committed table fails.
const TOLERANCE: f64 = 0.03;

/// The figures of one core.
struct Figures {
    core: &'static str,
    /// The main table's columns.
    costs: Vec<(&'static str, u64)>,
    /// Bytes of stack of each exported function.
    stacks: Vec<(String, u64)>,
    /// Hooks and steps.
    layers: layers::Cost,
    /// What other parts cost that a program has only on request; on some boards.
    options: Option<[u64; options::COLUMNS.len()]>,
}

/// `cargo xtask size [--check | BOARD...]`: writes `docs/size.md`, compares with it and with the limits, or prints the figures of some boards.
///
/// # Errors
/// When something does not build or run, and with `--check` if a figure is above its limit or grew by more than 3 %.
pub fn run(args: &[String]) -> Result<()> {
    let check = args == ["--check"];
    let names = if check { &[] } else { args };
    setup::need(&["firmware"])?;
    let boards = Board::select(names)?;
    library::prepare(&boards)?;
    let tool = firmware::tool()?;
    let (model, models) = (layers::Model::new(&tool)?, options::Models::new(&tool)?);
    let unused = unused::Models::new(&tool)?;
    for board in boards.iter().filter(|board| options::BOARDS.contains(&board.name)) {
        unused.check(board)?;
    }
    let figures = boards.iter().map(|board| measure(board, &model, &models)).collect::<Result<Vec<_>>>()?;
    let text = report(&figures);
    if !names.is_empty() {
        print!("{text}");
        return Ok(());
    }
    let file = paths::root().join("docs/size.md");
    if check {
        let committed = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        return compare(&committed, &text);
    }
    fs::write(&file, &text)?;
    print!("{text}");
    Ok(())
}

fn measure(board: &Board, model: &layers::Model, models: &options::Models) -> Result<Figures> {
    let library = library::build(board)?;
    let exported = library::exported(board, &library)?;
    let (last_error, others): (Vec<String>, Vec<String>) =
        exported.iter().cloned().partition(|name| LAST_ERROR.contains(&name.as_str()));
    if last_error.len() != LAST_ERROR.len() {
        bail!("{} are no longer exported", LAST_ERROR.join(" and "));
    }
    let link = |name: &str, sources: &[&str], roots: &[String]| {
        let sources: Vec<PathBuf> = sources.iter().map(|source| program(source)).collect();
        let sources: Vec<_> = sources.iter().map(PathBuf::as_path).collect();
        let file = paths::target().join("firmware").join(board.name).join(name);
        Image::link(board, &library, &sources, roots, &file)
    };
    let all = link("every-function.elf", &["nothing.c"], &exported)?;
    let without_error = link("without-last-error.elf", &["nothing.c"], &others)?;
    let minimal = link("minimal.elf", &["minimal.c", "model.c"], &[])?;
    let stacks = exported
        .iter()
        .map(|name| Ok((name.clone(), all.stack(name).with_context(|| format!("{name} can call itself"))?.into())))
        .collect::<Result<Vec<_>>>()?;
    let execute = stacks.iter().find(|(name, _)| name == "TVMExecute").context("no TVMExecute")?.1;
    Ok(Figures {
        core: board.name,
        costs: vec![
            (ALL, bytes(&all, Piece::in_flash)),
            (MINIMAL, bytes(&minimal, Piece::in_flash)),
            (DATA, bytes(&without_error, Piece::in_ram)),
            (ERROR_TEXT, bytes(&all, Piece::in_ram)),
            (STACK, execute),
            (CALL, cost_of_a_call(board, &library)?),
        ],
        stacks,
        layers: model.cost(board)?,
        options: options::BOARDS.contains(&board.name).then(|| models.cost(board)).transpose()?,
    })
}

/// Whether a piece is the text of the last error: the library's only writable data.
pub fn is_last_error(piece: &Piece) -> bool {
    piece.section.starts_with(".bss") && piece.section.contains("LAST_ERROR")
}

fn program(name: &str) -> PathBuf {
    paths::root().join("bench/firmware").join(name)
}

fn bytes(image: &Image, kind: fn(&Piece) -> bool) -> u64 {
    image.from_libraries().filter(|piece| kind(piece)).map(|piece| piece.size).sum()
}

/// Instructions that `TVMExecute` takes beyond those of calling the model's entry directly.
fn cost_of_a_call(board: &Board, library: &std::path::Path) -> Result<u64> {
    let file = paths::target().join("firmware").join(board.name).join("cost.elf");
    let compiler = board.compiler().args(["-std=c99", "-Os", "-I"]).arg(library::include_dir());
    let compiler = compiler.args([program("cost.c"), program("model.c")]).args(board.hosted());
    compiler.arg(library).arg("-o").arg(&file).capture()?;
    let run = emulator::count(board, &file, Some(("begin", "end")))?;
    if run.code != 0 {
        bail!("bench/firmware/cost.c on {} ended with exit code {}\n{}", board.name, run.code, run.text);
    }
    match run.counts.ranges[..] {
        [empty, direct, execute] if empty < direct && direct < execute => Ok(execute - direct),
        _ => bail!("bench/firmware/cost.c on {}: unexpected counts {:?}", board.name, run.counts.ranges),
    }
}

fn report(figures: &[Figures]) -> String {
    let mut text = String::from(HEAD);
    let columns: Vec<&str> =
        figures.first().map_or(Vec::new(), |first| first.costs.iter().map(|cost| cost.0).collect());
    text += &row("core", &columns);
    text += &row("---", &vec!["---:"; columns.len()]);
    for figure in figures {
        text += &row(figure.core, &figure.costs.iter().map(|cost| cost.1).collect::<Vec<_>>());
    }
    let bars: Vec<u64> =
        columns.iter().map(|name| BARS.iter().find(|bar| bar.0 == *name).map_or(0, |bar| bar.1)).collect();
    let bars: Vec<String> = bars.iter().map(|bar| if *bar == 0 { String::new() } else { format!("≤ {bar}") }).collect();
    text += &row(&format!("bar for {BAR_CORE}"), &bars);
    text += LAYERS_HEAD;
    text += &row("core", &[HOOKS, "instructions of a step", "flash of hooks and steps", "stack of hooks and steps"]);
    text += &row("---", &["---:"; 4]);
    for figure in figures {
        let layers::Cost { layer, step, flash, stack } = figure.layers;
        text += &row(figure.core, &[layer, step, flash, stack]);
    }
    text += OPTIONS_HEAD;
    text += &row("core", &options::COLUMNS);
    text += &row("---", &["---:"; options::COLUMNS.len()]);
    for figure in figures {
        if let Some(options) = &figure.options {
            text += &row(figure.core, options);
        }
    }
    text += STACK_HEAD;
    let cores: Vec<&str> = figures.iter().map(|figure| figure.core).collect();
    text += &row("function", &cores);
    text += &row("---", &vec!["---:"; cores.len()]);
    let names = figures.first().map_or(&[][..], |first| &first.stacks[..]);
    for (index, (name, _)) in names.iter().enumerate() {
        let values: Vec<u64> =
            figures.iter().map(|figure| figure.stacks.get(index).map_or(0, |stack| stack.1)).collect();
        text += &row(name, &values);
    }
    text
}

const LAYERS_HEAD: &str = "
## Hooks and steps

Of a program with `TVM_EMBEDDED_LAYERS` (`docs/layers.md`), for the bundled model of eight layers at -O2: the instructions that the two calls
of a layer take, without what the hooks do; those of `TVMStep_<model>` round its layers; the flash of `TVMExecuteLayers_<model>`,
`TVMBegin_<model>` and `TVMStep_<model>` with their tables; and the stack of a run with hooks or of a step, without what the hooks use, above that of a plain run. Other programs
have none of it.

";

const OPTIONS_HEAD: &str = "
## Self-test, updates, pools, devices

For the bundled model at -O2, from linked images without the padding between their sections (`bench/firmware/options.c`): a self-test of one run with random inputs (`docs/self_test.md`), with the model's
own stack; the check of an update (`docs/update.md`), which reads every byte of it once; the same model with its constants in two
pools instead of in its code (`compile --constants`), above the one without (0: no more than that), and a function that replaces one of the pools
(`docs/interface.md`), which takes the address of the other from the model; the four functions of a device with hooks, and a call of one with
an empty hook (`docs/devices.md`). Stacks are without what a hook uses.

Where they are not used they cost nothing, which the measurement checks too (`cargo xtask unused`): a program with the bundled model has the same image, byte for
byte, the same sections and the same instructions with and without `TVM_EMBEDDED_LAYERS`, a self-test, `TVM_EMBEDDED_DEVICES` and the header of a model with a device,
the sources of further models with pools of constants or state and the check of their updates, and the functions for real values and sets of contexts.

";

const HEAD: &str = "# What the runtime costs

Written by `cargo xtask size`; `cargo xtask size --check`, a part of the tests, fails when a figure grows by more than 3 %.

Flash and RAM are bytes that the linker took from `libtvm_embedded.a`, and from the compiler's libraries on its behalf, in an
image with every exported function and in one that only calls `TVMSetWorkspaces` and `TVMExecute` (`bench/firmware`). The one
piece of writable data is the text behind `TVMGetLastError`; an image that does not use it has none. The instructions are
those of one `TVMExecute` with all its checks, for a model with one input, one output and one workspace, above a direct call
of the model's entry, counted by the emulator.

";

const STACK_HEAD: &str = "
## Stack of each function

Bytes, from the machine code: the function's own frame and the deepest chain of what it calls, without the model's own code.

";

fn row(name: &str, cells: &[impl std::fmt::Display]) -> String {
    let mut line = format!("| {name} |");
    for cell in cells {
        // Writing to a String cannot fail.
        let _ = write!(line, " {cell} |");
    }
    line + "\n"
}

/// Cell by cell: a number may not be above the committed one by more than the tolerance, nor above its limit.
fn compare(committed: &str, measured: &str) -> Result<()> {
    let mut faults = Vec::new();
    let (old, new) = (cells(committed), cells(measured));
    for (place, value) in &new {
        let Some((_, before)) = old.iter().find(|(other, _)| other == place) else {
            faults.push(format!("{place}: {value}, not in docs/size.md"));
            continue;
        };
        if *value as f64 > *before as f64 * (1.0 + TOLERANCE) {
            faults.push(format!("{place}: {value}, was {before}"));
        }
        let bar = BARS.iter().find(|(name, _)| *place == format!("{BAR_CORE}, {name}"));
        if let Some((_, bar)) = bar.filter(|(_, bar)| value > bar) {
            faults.push(format!("{place}: {value}, above the limit of {bar}"));
        }
        if place.ends_with(DATA) && *value != 0 {
            faults.push(format!("{place}: {value}, must be 0"));
        }
    }
    for (place, _) in old.iter().filter(|(place, _)| !new.iter().any(|(other, _)| other == place)) {
        faults.push(format!("{place}: in docs/size.md, but no longer measured"));
    }
    if !faults.is_empty() {
        bail!("the runtime grew (`cargo xtask size` accepts it):\n  {}", faults.join("\n  "));
    }
    println!("size: {} figures as in docs/size.md or smaller", new.len());
    Ok(())
}

/// The numbers of all tables, each with its row's and its column's name.
fn cells(text: &str) -> Vec<(String, u64)> {
    let mut columns: Vec<&str> = Vec::new();
    let mut cells = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') {
            columns.clear();
        } else if columns.is_empty() {
            columns = parts;
        } else {
            let named = parts.iter().zip(&columns).skip(1);
            cells.extend(
                named.filter_map(|(cell, column)| Some((format!("{}, {column}", parts[0]), cell.parse().ok()?))),
            );
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(flash: u64) -> String {
        let costs = vec![(ALL, flash), (MINIMAL, 700), (DATA, 0), (ERROR_TEXT, 128), (STACK, 64), (CALL, 70)];
        let layers = layers::Cost { layer: 10, step: 60, flash: 1000, stack: 24 };
        let options = Some([1; options::COLUMNS.len()]);
        report(&[Figures { core: BAR_CORE, costs, stacks: vec![("TVMExecute".into(), 64)], layers, options }])
    }

    #[test]
    fn growth_above_the_tolerance_or_the_limit_fails_and_is_reported() {
        assert_eq!(cells(&figures(4000)).len(), 24);
        assert!(compare(&figures(4000), &figures(4000)).is_ok());
        assert!(compare(&figures(4000), &figures(3000)).is_ok());
        assert!(compare(&figures(3900), &figures(3900 + 117)).is_ok());
        let error = compare(&figures(3900), &figures(3900 + 118)).unwrap_err().to_string();
        assert!(error.contains("cortex-m4f, flash, every function: 4018, was 3900"), "{error}");
        let error = compare(&figures(4097), &figures(4097)).unwrap_err().to_string();
        assert!(error.contains("above the limit of 4096"), "{error}");
        let error = compare("", &figures(4000)).unwrap_err().to_string();
        assert!(error.contains("not in docs/size.md"), "{error}");
        let error = compare(&figures(4000), "").unwrap_err().to_string();
        assert!(error.contains("no longer measured"), "{error}");
    }
}
