//! `cargo xtask bench [BOARD...] [--layers] [--model NAME]`: what compiled models cost on the emulated boards.
//!
//! Instructions of one `TVMExecute`, counted by the emulator (not cycles), and flash and RAM of an image that holds the model,
//! the runtime and the startup code, nothing else. Models: the bundled one, and those of `docs/data.md` where they are.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::measure::models;

/// The cores of the table when none is named.
const CORES: [&str; 4] = ["cortex-m3", "cortex-m4f", "cortex-m55", "rv32imac"];

/// TFLite Micro with CMSIS-NN on the emulated Cortex-M4: instructions of one inference (GCC 12.2, -O2; TFLite Micro of
/// August 2026, CMSIS-NN 7), measured in the same emulator.
const REFERENCES: [(&str, u64); 4] = [
    ("hello_world_int8", 3_520),
    ("micro_speech_quantized", 1_500_000),
    ("kws_ref_model", 7_700_000),
    ("pretrainedResnet_quant", 29_900_000),
];

/// A model, compiled and with its interface generated.
struct Model {
    name: String,
    folder: PathBuf,
    facts: Value,
}

/// Prints the table.
///
/// # Errors
/// Unknown arguments, or a model that can't be compiled, built or run.
pub fn run(args: &[String]) -> Result<()> {
    let (mut boards, mut layers, mut only) = (Vec::new(), false, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--layers" => layers = true,
            "--model" => only = Some(args.next().context("--model takes a name")?.as_str()),
            _ => boards.push(arg.clone()),
        }
    }
    if boards.is_empty() {
        boards = CORES.map(String::from).to_vec();
    }
    setup::need(&["firmware"])?;
    let out = paths::target().join("bench");
    fs::create_dir_all(&out)?;
    let models = compile_all(&out, only)?;
    println!(
        "{:<24} {:<11} {:>12} {:>9} {:>8} {:>8} {:>10}   TFLite Micro + CMSIS-NN",
        "model", "core", "instructions", "per MAC", "flash", "RAM", "workspace"
    );
    for model in &models {
        for board in Board::select(&boards)? {
            let row = measure(&board, model, &out, layers)?;
            println!("{}", row.text(model, &board));
            if layers {
                print!("{}", per_layer(&board, model, &row.program)?);
            }
        }
    }
    Ok(())
}

fn compile_all(out: &Path, only: Option<&str>) -> Result<Vec<Model>> {
    let root = paths::root();
    Cmd::new("cargo").args(["build", "--profile", "host", "--package", "tvm_embedded_cli"]).dir(root).capture()?;
    let tool = paths::target().join("host/tvm-embedded");
    let mut files = vec![root.join("models/digits/digits.tflite")];
    if let Some(folder) = paths::data("models") {
        files.extend(fs::read_dir(folder)?.flatten().map(|entry| entry.path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tflite"));
    files.sort();
    let mut models = Vec::new();
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str()).context("a model's name is not UTF-8")?.to_owned();
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let archive = out.join(&name).with_extension("tar");
        Cmd::new(&tool).arg("compile").arg(&file).arg("-o").arg(&archive).capture()?;
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
        let reference = REFERENCES.iter().find(|(name, _)| *name == model.name && board.name.starts_with("cortex-m4"));
        let compared = reference.map_or(String::new(), |(_, instructions)| {
            format!("   {instructions}: {:.2} of it", self.instructions as f64 / *instructions as f64)
        });
        format!(
            "{:<24} {:<11} {:>12} {:>9} {:>8} {:>8} {:>10}{compared}",
            model.name, board.name, self.instructions, per_mac, self.flash, self.ram, workspace
        )
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
    let main = folder.join(&model.name).with_extension("c");
    fs::write(&main, main_c(model)?)?;
    let program = folder.join(&model.name).with_extension("elf");
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
