//! `cargo xtask bench [BOARD...] [FILE.tflite...] [--layers] [--model NAME] [--ram BYTES]
//! [--optimize MODE] [--write | --check]`: what compiled models cost on the emulated boards.
//!
//! Instructions of one `TVMExecute`, counted by the emulator (not cycles), and flash, RAM and stack of an image that holds the model,
//! the runtime and the startup code, nothing else. Models: those given, or the bundled one and those of `docs/data.md` if
//! available. A model that does not fit a board has a line that reports it. With `--write` the table becomes `docs/performance.md`, with
//! `--check` it is compared with that file.
//!
//! It fails if a layer of a model uses a kernel of the general form.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::machine::board::{Board, NAMES};
use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use crate::measure::bench_image::{self, Measured, Model, is_too_large, name_of};
use crate::measure::performance::{self, Table};
use crate::measure::{firmware, peer};

/// The cores of the table when none is named.
const CORES: [&str; 4] = ["cortex-m3", "cortex-m4f", "cortex-m55", "rv32imac"];
/// The cores that are compared with the committed figures.
const COMPARED: [&str; 2] = ["cortex-m4f", "cortex-m55"];
/// The models that the tests compare: small ones, with convolutions, depthwise ones, fully connected layers, additions, pools,
/// products, and state.
const QUICK: [&str; 8] = [
    "digits",
    "digit_rows",
    "hello_world_int8",
    "kws_ref_model",
    "str_ww_ref_model",
    "separable_bn.int8",
    "tcn.int8",
    "v2_okay_nabu",
];

/// The parsed arguments.
#[derive(Default)]
struct Request {
    boards: Vec<String>,
    files: Vec<PathBuf>,
    layers: bool,
    /// Options of `tvm-embedded compile`.
    options: Vec<String>,
    /// Only models of these names; empty: all.
    only: Vec<String>,
    write: bool,
    check: bool,
}

impl Request {
    fn new(args: &[String]) -> Result<Self> {
        let mut request = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--layers" => request.layers = true,
                "--write" => request.write = true,
                "--check" => request.check = true,
                "--model" => match args.next() {
                    Some(name) => request.only.push(name.clone()),
                    None => bail!("--model takes a name"),
                },
                "--ram" | "--optimize" => match args.next() {
                    Some(value) => request.options.extend([arg.clone(), value.clone()]),
                    None => bail!("{arg} takes a value"),
                },
                file if file.ends_with(".tflite") => request.files.push(file.into()),
                _ => request.boards.push(arg.clone()),
            }
        }
        if request.write && (request.layers || request.check || !request.only.is_empty() || !request.files.is_empty()) {
            bail!("--write is for the whole table: not with --check, --layers, --model or files");
        }
        if !request.options.is_empty() && (request.write || request.check) {
            bail!("--write and --check are for models as they are compiled without options");
        }
        if request.check && request.layers {
            bail!("--check is not possible with --layers, which changes the image");
        }
        if request.boards.is_empty() {
            let boards: &[&str] = match (request.write, request.check) {
                (true, _) => &NAMES,
                (_, true) => &COMPARED,
                _ => &CORES,
            };
            request.boards = boards.iter().map(ToString::to_string).collect();
        }
        Ok(request)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// Prints the table.
///
/// # Errors
/// Unknown arguments, a model that can't be built or run for a reason other than its size, a layer on a general kernel, or with
/// `--check` a figure that is worse than the committed one.
pub fn run(args: &[String]) -> Result<()> {
    measure(&Request::new(args)?)
}

/// Compares a few models whose files are available with the committed figures.
///
/// # Errors
/// As [`run`] with `--check`.
pub fn quick() -> Result<()> {
    let boards = COMPARED.map(ToString::to_string).into();
    measure(&Request { boards, only: QUICK.map(ToString::to_string).into(), check: true, ..Request::default() })
}

fn measure(request: &Request) -> Result<()> {
    let boards = Board::select(&request.boards)?;
    setup::need(&["firmware"])?;
    let out = paths::target().join("bench");
    fs::create_dir_all(&out)?;
    let models = compile_all(&out, request)?;
    println!(
        "{:<24} {:<11} {:>12} {:>9} {:>8} {:>8} {:>6} {:>10}   TFLite Micro + CMSIS-NN",
        "model", "core", "instructions", "per MAC", "flash", "RAM", "stack", "workspace"
    );
    let mut failures: Vec<String> = models.iter().flat_map(|model| general_layers(&model.name, &model.facts)).collect();
    let mut table = Table::default();
    for model in &models {
        let facts = performance::Model { macs: model.macs(), workspace: model.workspace() };
        table.models.insert(model.name.clone(), facts);
        for board in &boards {
            let place = (model.name.clone(), board.name.to_owned());
            match bench_image::measure(board, model, &out, request.layers) {
                Ok(measured) => {
                    println!("{}", line(model, board, &measured));
                    if request.layers {
                        print!("{}", bench_image::per_layer(board, model, &measured.program)?);
                    }
                    if !request.layers {
                        failures.extend(bench_image::deeper_than_said(model, board, &measured));
                    }
                    table.cells.insert(place, Some(measured.figures));
                }
                Err(error) if is_too_large(&format!("{error:#}")) => {
                    println!("{:<24} {:<11} does not fit", model.name, board.name);
                    table.cells.insert(place, None);
                }
                Err(error) => {
                    println!("{:<24} {:<11} fails", model.name, board.name);
                    failures.push(format!("{} on {}: {error:#}", model.name, board.name));
                }
            }
        }
    }
    if request.check {
        failures.extend(compare(&table)?);
    }
    if request.write {
        let date = Cmd::new("date").args(["-u", "+%Y-%m-%d"]).capture()?.trim().to_owned();
        table.dates = boards.iter().map(|board| (board.name.to_owned(), date.clone())).collect::<BTreeMap<_, _>>();
        table.write()?;
    }
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    Ok(())
}

/// The figures that are worse than the committed ones; prints those that are better.
fn compare(table: &Table) -> Result<Vec<String>> {
    let (mut worse, better) = table.compare(&Table::committed()?);
    println!("{} images compared with docs/performance.md, {} figures worse", table.cells.len(), worse.len());
    if !better.is_empty() {
        println!("better, which `cargo xtask bench --write` records:\n  {}", better.join("\n  "));
    }
    if !worse.is_empty() {
        worse.push("if this is intended, `cargo xtask bench --write` accepts it".to_owned());
    }
    worse.extend(table.deep());
    Ok(worse)
}

/// The layers on a kernel of the general form, with the cores and the reasons.
fn general_layers(model: &str, facts: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for layer in list(&facts["layers"]) {
        for miss in list(&layer["misses"]).iter().filter(|miss| miss["general"] == true) {
            let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
            let cores: Vec<String> = list(&miss["cores"]).iter().map(text).collect();
            let (function, why) = (text(&layer["function"]), text(&miss["why"]));
            found.push(format!("{model}: {function} uses a general kernel on {}: {why}", cores.join(", ")));
        }
    }
    found
}

/// The files to measure: those given, or all available ones.
fn files(request: &Request) -> Result<Vec<PathBuf>> {
    if !request.files.is_empty() {
        return Ok(request.files.clone());
    }
    let mut files = all_files()?;
    files.retain(|file| request.wants(&name_of(file)));
    Ok(files)
}

/// All models that are measured.
///
/// # Errors
/// When a directory can't be read.
pub fn all_files() -> Result<Vec<PathBuf>> {
    let bundled = ["models/digits/digits.tflite", "models/digit_rows/digit_rows.tflite"];
    let mut files: Vec<PathBuf> = bundled.map(|file| paths::root().join(file)).into();
    for part in ["models", "networks", "exporters/models"] {
        let Some(folder) = paths::data(part) else { continue };
        let all = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        // Of the many exporters' models, only those that were also measured with the peer.
        files.extend(all.filter(|file| part != "exporters/models" || peer::of(&name_of(file)).is_some()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tflite"));
    files.sort_by_key(|file| name_of(file));
    Ok(files)
}

/// Compiles the models. Those that the compiler refuses are reported; they are an error if they were requested.
fn compile_all(out: &Path, request: &Request) -> Result<Vec<Model>> {
    let tool = firmware::tool()?;
    let mut models = Vec::new();
    for file in files(request)? {
        match Model::compile(&tool, &file, out, &request.options)? {
            Ok(model) => models.push(model),
            Err(error) if !request.files.is_empty() || !request.only.is_empty() => return Err(error),
            Err(_) => println!("{:<24} is refused by the compiler", name_of(&file)),
        }
    }
    if models.is_empty() {
        bail!("no model of that name");
    }
    Ok(models)
}

fn line(model: &Model, board: &Board, measured: &Measured) -> String {
    let [instructions, flash, ram, stack] = measured.figures;
    let (macs, workspace) = (model.macs(), model.workspace());
    let per_mac = if macs < 10_000 { "-".to_owned() } else { format!("{:.2}", instructions as f64 / macs as f64) };
    let peer = peer::of(&model.name).and_then(|peer| peer.on(board.name));
    let compared = peer.map_or(String::new(), |millions| {
        format!("   {millions} M: {:.2} of it", instructions as f64 / 1e6 / millions)
    });
    format!(
        "{:<24} {:<11} {instructions:>12} {per_mac:>9} {flash:>8} {ram:>8} {stack:>6} {workspace:>10}{compared}",
        model.name, board.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_on_a_general_kernel_is_reported() {
        let layer = |general: bool| {
            let miss = serde_json::json!({"cores": ["dsp"], "general": general, "why": "a reason"});
            serde_json::json!({"layers": [{"function": "f", "misses": [miss]}, {"function": "g"}]})
        };
        assert!(general_layers("m", &layer(false)).is_empty());
        assert_eq!(general_layers("m", &layer(true)), ["m: f uses a general kernel on dsp: a reason"]);
    }
}
