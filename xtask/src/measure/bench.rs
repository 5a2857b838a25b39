//! `cargo xtask bench [BOARD...] [FILE.tflite...] [--layers] [--model NAME] [--write]`: what compiled models cost on the emulated
//! boards.
//!
//! Instructions of one `TVMExecute`, counted by the emulator (not cycles), and flash and RAM of an image that holds the model,
//! the runtime and the startup code, nothing else. Models: those given, or the bundled one and those of `docs/data.md` where they
//! are. A model that does not fit a board has a line that says so. With `--write` the table becomes `docs/performance.md`.
//!
//! It fails where a layer of a model runs on a kernel of the general form.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::machine::board::{Board, NAMES};
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::measure::peer;
use crate::measure::{firmware, models, performance};

/// The cores of the table when none is named.
const CORES: [&str; 4] = ["cortex-m3", "cortex-m4f", "cortex-m55", "rv32imac"];

/// A model, compiled and with its interface generated.
struct Model {
    name: String,
    folder: PathBuf,
    facts: Value,
}

/// What is asked for.
#[derive(Default)]
struct Request {
    boards: Vec<String>,
    files: Vec<PathBuf>,
    layers: bool,
    only: Option<String>,
    write: bool,
}

impl Request {
    fn new(args: &[String]) -> Result<Self> {
        let mut request = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--layers" => request.layers = true,
                "--write" => request.write = true,
                "--model" => request.only = Some(args.next().context("--model takes a name")?.clone()),
                file if file.ends_with(".tflite") => request.files.push(file.into()),
                _ => request.boards.push(arg.clone()),
            }
        }
        if request.write && (request.layers || request.only.is_some() || !request.files.is_empty()) {
            bail!("--write is for the whole table: without --layers, --model and files");
        }
        if request.boards.is_empty() {
            request.boards =
                if request.write { &NAMES[..] } else { &CORES[..] }.iter().map(ToString::to_string).collect();
        }
        Ok(request)
    }
}

/// Prints the table.
///
/// # Errors
/// Unknown arguments, a model that can't be built or run for another reason than its size, or a layer on a general kernel.
pub fn run(args: &[String]) -> Result<()> {
    let request = Request::new(args)?;
    let boards = Board::select(&request.boards)?;
    setup::need(&["firmware"])?;
    let out = paths::target().join("bench");
    fs::create_dir_all(&out)?;
    let models = compile_all(&out, &request)?;
    println!(
        "{:<24} {:<11} {:>12} {:>9} {:>8} {:>8} {:>10}   TFLite Micro + CMSIS-NN",
        "model", "core", "instructions", "per MAC", "flash", "RAM", "workspace"
    );
    let mut failures: Vec<String> = models.iter().flat_map(|model| general_layers(&model.name, &model.facts)).collect();
    let mut lines = Vec::new();
    for model in &models {
        for board in &boards {
            match measure(board, model, &out, request.layers) {
                Ok(row) => {
                    println!("{}", row.text(model, board));
                    if request.layers {
                        print!("{}", per_layer(board, model, &row.program)?);
                    }
                    lines.push(row.line(model, board));
                }
                Err(error) if is_too_large(&format!("{error:#}")) => {
                    println!("{:<24} {:<11} does not fit", model.name, board.name);
                }
                Err(error) => {
                    println!("{:<24} {:<11} fails", model.name, board.name);
                    failures.push(format!("{} on {}: {error:#}", model.name, board.name));
                }
            }
        }
    }
    if request.write {
        performance::write(&lines)?;
    }
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    Ok(())
}

/// Whether a linker says that an image is too large for a board.
fn is_too_large(error: &str) -> bool {
    ["overflowed by", "will not fit in region", "is not within region"].iter().any(|sign| error.contains(sign))
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
            found.push(format!("{model}: {function} runs on a general kernel on {}: {why}", cores.join(", ")));
        }
    }
    found
}

/// The files to measure: those given, or all there are.
fn files(request: &Request) -> Result<Vec<PathBuf>> {
    if !request.files.is_empty() {
        return Ok(request.files.clone());
    }
    let mut files = vec![paths::root().join("models/digits/digits.tflite")];
    for part in ["models", "networks", "exporters/models"] {
        let Some(folder) = paths::data(part) else { continue };
        let all = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        // Of the many exporters' models, those that were measured with the peer.
        files.extend(all.filter(|file| part != "exporters/models" || peer::of(&name_of(file)).is_some()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tflite"));
    files.retain(|file| request.only.as_ref().is_none_or(|only| *only == name_of(file)));
    files.sort();
    Ok(files)
}

/// A model's name: that of its file.
fn name_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Compiles the models. Those that the compiler refuses are named, and an error where they were asked for.
fn compile_all(out: &Path, request: &Request) -> Result<Vec<Model>> {
    let tool = firmware::tool()?;
    let mut models = Vec::new();
    for file in files(request)? {
        let name = name_of(&file);
        let archive = out.join(format!("{name}.tar"));
        if let Err(error) = Cmd::new(&tool).arg("compile").arg(&file).arg("-o").arg(&archive).capture() {
            if !request.files.is_empty() || request.only.is_some() {
                return Err(error);
            }
            println!("{name:<24} is refused by the compiler");
            continue;
        }
        let folder = out.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Cmd::new(&tool).arg("generate").arg(&archive).arg("-o").arg(&folder).capture()?;
        let facts = Cmd::new(&tool).arg("inspect").arg(&archive).arg("--json").capture()?;
        let facts: Value = serde_json::from_str(&facts)?;
        let facts = facts["models"][0].clone();
        models.push(Model { name, folder, facts });
    }
    if models.is_empty() {
        bail!("no model of that name");
    }
    Ok(models)
}

struct Row {
    program: PathBuf,
    instructions: u64,
    flash: u64,
    ram: u64,
}

impl Row {
    fn text(&self, model: &Model, board: &Board) -> String {
        let macs = macs(model);
        let per_mac =
            if macs < 10_000 { "-".to_owned() } else { format!("{:.2}", self.instructions as f64 / macs as f64) };
        let workspace = model.facts["totals"]["workspace_bytes"].as_u64().unwrap_or(0);
        let peer = peer::of(&model.name).and_then(|peer| peer.on(board.name));
        let compared = peer.map_or(String::new(), |millions| {
            format!("   {millions} M: {:.2} of it", self.instructions as f64 / 1e6 / millions)
        });
        format!(
            "{:<24} {:<11} {:>12} {:>9} {:>8} {:>8} {:>10}{compared}",
            model.name, board.name, self.instructions, per_mac, self.flash, self.ram, workspace
        )
    }
}

impl Row {
    /// The row of the committed table.
    fn line(&self, model: &Model, board: &Board) -> performance::Line {
        performance::Line {
            model: model.name.clone(),
            core: board.name,
            macs: macs(model),
            instructions: self.instructions,
            flash: self.flash,
            ram: self.ram,
            workspace: model.facts["totals"]["workspace_bytes"].as_u64().unwrap_or(0),
        }
    }
}

fn macs(model: &Model) -> u64 {
    layers(model).iter().filter_map(|layer| layer["macs"].as_u64()).sum()
}

fn layers(model: &Model) -> &[Value] {
    model.facts["layers"].as_array().map_or(&[], Vec::as_slice)
}

/// Links the model with a program that only calls it, and counts one call. With `layers`, layers stay functions of their own, so
/// that each can be counted: a few instructions a layer more.
fn measure(board: &Board, model: &Model, out: &Path, layers: bool) -> Result<Row> {
    let library = library::build(board)?;
    let folder = out.join(board.name);
    fs::create_dir_all(&folder)?;
    let main = folder.join(format!("{}.c", model.name));
    fs::write(&main, main_c(model)?)?;
    let program = folder.join(format!("{}.elf", model.name));
    let sources = fs::read_to_string(model.folder.join("sources.txt"))?;
    let mut compiler = board
        .compiler()
        .args(["-std=c99", "-O2", "-fno-inline-functions-called-once"])
        .args(if layers { &["-fno-inline-small-functions"][..] } else { &[] })
        .arg("-I")
        .arg(&model.folder)
        .arg("-I")
        .arg(model.folder.join("archive"))
        .arg("-I")
        .arg(library::include_dir())
        .arg(&main);
    for source in sources.lines() {
        compiler = compiler.arg(model.folder.join(source));
    }
    compiler.args(board.hosted()).arg(library).args(["-lm", "-o"]).arg(&program).capture()?;
    let run = emulator::count(board, &program, Some(("count_begin", "count_end")))?;
    if run.code != 0 {
        bail!("{} on {}: exit code {}\n{}", model.name, board.name, run.code, run.text);
    }
    let instructions = *run.counts.ranges.first().context("nothing was counted")?;
    let (flash, ram) = models::size_of(board, &program)?;
    Ok(Row { program, instructions, flash, ram })
}

/// The program: memory for the model, input of all values there are, one call.
fn main_c(model: &Model) -> Result<String> {
    let symbol = model.facts["symbol"].as_str().context("no symbol")?;
    let upper = symbol.to_uppercase();
    let workspaces = model.facts["workspaces"].as_array().context("no workspaces")?;
    let mut text = format!("#include \"{symbol}.h\"\n\n");
    for (index, workspace) in workspaces.iter().enumerate() {
        let bytes = workspace["bytes"].as_u64().context("no size")?;
        writeln!(text, "static uint8_t workspace_{index}[{bytes}];")?;
    }
    let pointers: Vec<String> = (0..workspaces.len()).map(|index| format!("workspace_{index}")).collect();
    write!(
        text,
        "static void *const workspaces[] = {{ {} }};\n\
         static tvm_{symbol}_input_t input;\n\
         static tvm_{symbol}_output_t output;\n\
         void count_begin(void);\nvoid count_end(void);\n\
         __attribute__((noinline)) void count_begin(void) {{ __asm__ volatile(\"\"); }}\n\
         __attribute__((noinline)) void count_end(void) {{ __asm__ volatile(\"\"); }}\n\n\
         int main(void) {{\n\
         \x20 TVMInputs_{symbol} inputs = TVM_{upper}_INPUTS(&input);\n\
         \x20 TVMOutputs_{symbol} outputs = TVM_{upper}_OUTPUTS(&output);\n\
         \x20 TVMContext context;\n\
         \x20 uint32_t random = 1;\n\
         \x20 for (size_t at = 0; at < sizeof input; ++at) {{\n\
         \x20   random = random * 1664525u + 1013904223u;\n\
         \x20   ((unsigned char *)&input)[at] = (unsigned char)(random >> 24);\n\
         \x20 }}\n",
        pointers.join(", ")
    )?;
    match workspaces.len() {
        1 => text.push_str("  TVMSetWorkspaces(&context, workspace_0);\n  (void)workspaces;\n"),
        _ => text.push_str("  TVMSetWorkspaceTable(&context, workspaces, sizeof workspaces);\n"),
    }
    if workspaces.iter().any(|workspace| workspace["state"].as_bool() == Some(true)) {
        writeln!(text, "  if (TVMReset(&{symbol}, &context) != TVM_STATUS_OK) {{ return 2; }}")?;
    }
    write!(
        text,
        "  count_begin();\n\
         \x20 int32_t status = TVMExecute(&{symbol}, &inputs, &outputs, &context);\n\
         \x20 count_end();\n\
         \x20 return status != TVM_STATUS_OK;\n}}\n"
    )?;
    Ok(text)
}

/// Instructions from each layer's entry to the next one's.
fn per_layer(board: &Board, model: &Model, program: &Path) -> Result<String> {
    let mut text = String::new();
    let layers = layers(model);
    for (index, layer) in layers.iter().enumerate() {
        let function = layer["function"].as_str().context("a layer without a function")?;
        let next = layers.get(index + 1).and_then(|next| next["function"].as_str()).unwrap_or("count_end");
        let run = emulator::count(board, program, Some((function, next)))?;
        let instructions = run.counts.ranges.first().copied().unwrap_or(0);
        let macs = layer["macs"].as_u64().unwrap_or(0);
        let per_mac = if macs == 0 { String::new() } else { format!("{:.2}", instructions as f64 / macs as f64) };
        let summary = layer["summary"].as_str().unwrap_or_default();
        writeln!(text, "{:>49} {per_mac:>9}   {summary}", instructions)?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_on_a_general_kernel_is_named() {
        let layer = |general: bool| {
            let miss = serde_json::json!({"cores": ["dsp"], "general": general, "why": "a reason"});
            serde_json::json!({"layers": [{"function": "f", "misses": [miss]}, {"function": "g"}]})
        };
        assert!(general_layers("m", &layer(false)).is_empty());
        assert_eq!(general_layers("m", &layer(true)), ["m: f runs on a general kernel on dsp: a reason"]);
    }
}
