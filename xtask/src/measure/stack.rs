//! `cargo xtask stack [--write | BOARD...]`: how much stack the kernels use, for the bound in a model's header.
//!
//! Read from the machine code of linked images in which each layer is a function: its frame and its deepest chain of calls
//! count for the kernels that the layer calls. The functions that call the layers are measured in images as users build them.
//! `--write` never lowers a figure: after a change of a kernel, delete its row first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::board::Board;
use crate::machine::image::Image;
use crate::machine::{paths, setup};
use crate::measure::bench_image::{self, Model};
use crate::measure::{bench, firmware};

/// Cores with special assembly, whose kernels use most stack, one with few registers, and one whose floats are calls.
const CORES: [&str; 4] = ["cortex-m0", "cortex-m4", "cortex-m4f", "cortex-m55"];
/// The name in the table for the functions that call the layers.
const CALLS: &str = "(calls)";
const FILE: &str = "host/compiler/src/ops/stack.csv";

/// Bytes by kernel.
type Depths = BTreeMap<String, u32>;

/// The parts of the data whose models give the figures of the table.
const PARTS: [&str; 3] = ["models", "networks", "exporters/models"];

/// Prints the table, or writes it.
///
/// # Errors
/// If something does not build, or has no bound, or the table to be written would lack kernels or cores.
pub fn run(args: &[String]) -> Result<()> {
    let (options, boards): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg.starts_with('-'));
    let write = match &options[..] {
        [] => false,
        [option] if option == "--write" => true,
        _ => bail!("usage: cargo xtask stack [--write | BOARD...]"),
    };
    if write {
        whole(&boards, paths::data)?;
    }
    let boards = Board::select(&if boards.is_empty() { CORES.map(ToString::to_string).into() } else { boards })?;
    setup::need(&["firmware"])?;
    let out = paths::target().join("stack");
    fs::create_dir_all(&out)?;
    let tool = firmware::tool()?;
    let mut depths = Depths::new();
    let mut models = Vec::new();
    for (file, is_measured) in files()? {
        let Ok(model) = Model::compile(&tool, &file, &out, &[])? else { continue };
        // Of the others, only those with a new kernel.
        if is_measured || model.layers().iter().flat_map(kernels).any(|kernel| !depths.contains_key(kernel)) {
            eprintln!("{}", model.name);
            for board in &boards {
                layers(board, &model, &out, &mut depths)?;
            }
            models.push(model);
        }
    }
    // Kernels that only `--optimize speed` uses.
    let fast = out.join("speed");
    fs::create_dir_all(&fast)?;
    let usual = depths.clone();
    for (file, _) in files()?.into_iter().filter(|(_, is_measured)| *is_measured) {
        let options = ["--optimize".to_owned(), "speed".to_owned()];
        let Ok(model) = Model::compile(&tool, &file, &fast, &options)? else { continue };
        if model.layers().iter().flat_map(kernels).any(|kernel| !usual.contains_key(kernel)) {
            eprintln!("{}, for speed", model.name);
            for board in &boards {
                layers(board, &model, &fast, &mut depths)?;
            }
        }
    }
    let mut calls = 0;
    for model in &models {
        for board in &boards {
            calls = calls.max(above_layers(board, model, &out, &depths)?);
        }
    }
    depths.insert(CALLS.to_owned(), calls);
    if write {
        let file = paths::root().join(FILE);
        raise(&mut depths, &fs::read_to_string(&file)?)?;
        fs::write(file, text(&depths, &boards))?;
    } else {
        print!("{}", text(&depths, &boards));
    }
    Ok(())
}

/// Keeps the figures of a table that are higher, and its other kernels: the C compiler makes a kernel's code for the layers that call
/// it, so models of today may need less than those of before, and others still as much.
fn raise(depths: &mut Depths, table: &str) -> Result<()> {
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (kernel, bytes) = line.split_once(',').with_context(|| format!("a line of {FILE}: {line}"))?;
        let bytes: u32 = bytes.parse().with_context(|| format!("bytes of {kernel}"))?;
        let known = depths.entry(kernel.to_owned()).or_default();
        *known = bytes.max(*known);
    }
    Ok(())
}

/// A table of fewer models or cores has bounds that are too low, or none.
fn whole(boards: &[String], data: impl Fn(&str) -> Option<PathBuf>) -> Result<()> {
    ensure!(boards.is_empty(), "--write is for all cores of the table, found {}", boards.join(", "));
    let missing: Vec<&str> = PARTS.into_iter().filter(|part| data(part).is_none()).collect();
    ensure!(
        missing.is_empty(),
        "--write needs all models of the table: TVM_EMBEDDED_DATA has no {} (docs/data.md)",
        missing.join(", ")
    );
    Ok(())
}

fn text(depths: &Depths, boards: &[Board]) -> String {
    let names: Vec<&str> = boards.iter().map(|board| board.name).collect();
    let head = format!(
        "# Bytes of stack, gcc 12.2 -O2, the most of {}; by `cargo xtask stack --write`, which only raises them.\n",
        names.join(", ")
    );
    depths.iter().fold(head, |text, (kernel, bytes)| text + &format!("{kernel},{bytes}\n"))
}

/// Models, and whether to take them all: those of the benchmark, then those of the fuzzers' corpus, then what exporters wrote.
fn files() -> Result<Vec<(PathBuf, bool)>> {
    let mut files: Vec<(PathBuf, bool)> = bench::all_files()?.into_iter().map(|file| (file, true)).collect();
    let folders = [Some(paths::root().join("fuzz/corpus/tflite")), paths::data("exporters/models")];
    for folder in folders.into_iter().flatten() {
        let mut others: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        others.retain(|file| file.extension().is_some_and(|extension| extension == "tflite"));
        others.sort();
        files.extend(others.into_iter().map(|file| (file, false)));
    }
    Ok(files)
}

/// The kernels of a layer.
fn kernels(layer: &serde_json::Value) -> impl Iterator<Item = &str> {
    layer["kernels"].as_array().into_iter().flatten().filter_map(|name| name.as_str())
}

/// An image that is not run: any size, no startup code.
fn image(board: &Board, model: &Model, out: &Path, layers: bool) -> Result<Image> {
    let how = ["--specs=picolibc.specs", "-nostartfiles", "-Wl,-emain", "-ffunction-sections", "-fdata-sections"];
    let how = how.into_iter().chain([
        "-Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments",
        "-Wl,--defsym=__flash=0,--defsym=__flash_size=0x8000000,--defsym=__ram=0x20000000,--defsym=__ram_size=0x8000000",
    ]);
    let how: Vec<String> = how.map(ToOwned::to_owned).collect();
    let program = bench_image::link(board, model, out, &how, layers)?;
    bench_image::disassemble(board, &program)
}

/// The stack of a model's layers, counted for their kernels.
fn layers(board: &Board, model: &Model, out: &Path, depths: &mut Depths) -> Result<()> {
    let image = image(board, model, out, true)?;
    for layer in model.layers() {
        let function = layer["function"].as_str().unwrap_or_default();
        let variants = image
            .functions
            .keys()
            .filter(|name| name.strip_prefix(function).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        for name in variants {
            let bytes = bench_image::depth(&image, name)?;
            for kernel in kernels(layer) {
                let known = depths.entry(kernel.to_owned()).or_default();
                *known = bytes.max(*known);
            }
        }
    }
    Ok(())
}

/// How many more bytes a model as users build it uses than its deepest kernel.
fn above_layers(board: &Board, model: &Model, out: &Path, depths: &Depths) -> Result<u32> {
    let image = image(board, model, out, false)?;
    let whole = bench_image::depth(&image, bench_image::entry(&image)?)?;
    let known = model.layers().iter().flat_map(kernels).filter_map(|kernel| depths.get(kernel));
    Ok(whole.saturating_sub(known.copied().max().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_only_rise() {
        let mut depths = Depths::from([("a".to_owned(), 8), ("b".to_owned(), 90)]);
        raise(&mut depths, "# Bytes\na,16\nb,80\nc,24\n").unwrap();
        assert_eq!(depths.into_iter().collect::<Vec<_>>(), [("a".into(), 16), ("b".into(), 90), ("c".into(), 24)]);
        assert!(raise(&mut Depths::new(), "a;16\n").is_err());
    }

    #[test]
    fn a_table_that_lacks_models_or_cores_is_not_written() {
        let here = |_: &str| Some(PathBuf::new());
        assert!(whole(&[], here).is_ok());
        let error = whole(&["cortex-m0".to_owned()], here).unwrap_err().to_string();
        assert!(error.ends_with("found cortex-m0"), "{error}");
        let error = whole(&[], |part| here(part).filter(|_| part == "models")).unwrap_err().to_string();
        assert!(error.contains("TVM_EMBEDDED_DATA has no networks, exporters/models"), "{error}");
    }
}
