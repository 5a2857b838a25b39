//! An image with one compiled model, the runtime and the startup code, on a board: its size, its stack, and the instructions of one
//! call.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::machine::board::Board;
use crate::machine::image::Image;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library};
use crate::measure::performance::Figures;
use crate::measure::{bench_main, models};

/// A model, compiled and with its interface generated.
pub struct Model {
    /// Its name: that of its file.
    pub name: String,
    folder: PathBuf,
    /// Its facts from `inspect --json`.
    pub facts: Value,
}

/// The result of running an image.
pub struct Measured {
    /// The image.
    pub program: PathBuf,
    /// The memory it uses.
    pub figures: Figures,
}

impl Model {
    /// Compiles a model and generates its interface, with options of the tool, below `out`. If the compiler refuses it, returns the reason.
    ///
    /// # Errors
    /// If anything else fails.
    pub fn compile(tool: &Path, file: &Path, out: &Path, options: &[String]) -> Result<Result<Self>> {
        let name = name_of(file);
        let archive = out.join(format!("{name}.tar"));
        if let Err(error) = Cmd::new(tool).arg("compile").arg(file).args(options).arg("-o").arg(&archive).capture() {
            return Ok(Err(error));
        }
        let folder = out.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Cmd::new(tool).arg("generate").arg(&archive).arg("-o").arg(&folder).capture()?;
        let facts = Cmd::new(tool).arg("inspect").arg(&archive).arg("--json").capture()?;
        let facts: Value = serde_json::from_str(&facts)?;
        let facts = facts["models"][0].clone();
        if facts["devices"].as_array().is_some_and(|devices| !devices.is_empty()) {
            return Ok(Err(anyhow::anyhow!("{name} needs a device")));
        }
        Ok(Ok(Self { name, folder, facts }))
    }

    /// Multiply-accumulates of one inference.
    pub fn macs(&self) -> u64 {
        self.layers().iter().filter_map(|layer| layer["macs"].as_u64()).sum()
    }

    /// Bytes of its workspaces.
    pub fn workspace(&self) -> u64 {
        self.facts["totals"]["workspace_bytes"].as_u64().unwrap_or(0)
    }

    /// Its layers.
    pub fn layers(&self) -> &[Value] {
        self.facts["layers"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// A model's name: that of its file.
pub fn name_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a linker reports that an image is too large for a board.
pub fn is_too_large(error: &str) -> bool {
    ["overflowed by", "will not fit in region", "is not within region"].iter().any(|sign| error.contains(sign))
}

/// Links the model with a program that only calls it, and counts one call. With `layers`, layers stay functions of their own, so
/// that each can be counted: this takes a few more instructions per layer.
///
/// # Errors
/// When it does not build, does not fit the board, or fails there.
pub fn measure(board: &Board, model: &Model, out: &Path, layers: bool) -> Result<Measured> {
    let program = link(board, model, out, &board.hosted(), layers)?;
    let run = emulator::count(board, &program, Some(("count_begin", "count_end")))?;
    if run.code != 0 {
        bail!("{} on {}: exit code {}\n{}", model.name, board.name, run.code, run.text);
    }
    let instructions = *run.counts.ranges.first().context("nothing was counted")?;
    let (flash, ram) = models::size_of(board, &program)?;
    let stack = stack(&disassemble(board, &program)?)?;
    Ok(Measured { program, figures: [instructions, flash, ram, stack] })
}

/// Builds an image. `how` are the linker's options.
///
/// # Errors
/// When it does not build or fit.
pub fn link(board: &Board, model: &Model, out: &Path, how: &[String], layers: bool) -> Result<PathBuf> {
    let folder = out.join(board.name);
    fs::create_dir_all(&folder)?;
    let main = folder.join(format!("{}.c", model.name));
    fs::write(&main, bench_main::main_c(&model.facts)?)?;
    let program = folder.join(format!("{}.elf", model.name));
    build(board, model, &main, &program, how, if layers { &["-fno-inline-small-functions"] } else { &[] })?;
    Ok(program)
}

/// Compiles and links a program with the model's C and the library. `how` are the linker's options, `flags` the compiler's.
///
/// # Errors
/// When it does not build or fit.
pub fn build(board: &Board, model: &Model, main: &Path, program: &Path, how: &[String], flags: &[&str]) -> Result<()> {
    let library = library::build_once(board)?;
    let sources = fs::read_to_string(model.folder.join("sources.txt"))?;
    let mut compiler = board
        .compiler()
        .args(["-std=c99", "-O2", "-fno-inline-functions-called-once"])
        .args(flags)
        .arg("-I")
        .arg(&model.folder)
        .arg("-I")
        .arg(model.folder.join("archive"))
        .arg("-I")
        .arg(library::include_dir())
        .arg(main);
    for source in sources.lines() {
        compiler = compiler.arg(model.folder.join(source));
    }
    compiler.args(how).arg(library).args(["-lm", "-o"]).arg(program).capture()?;
    Ok(())
}

/// The functions of an image.
///
/// # Errors
/// When the disassembler fails.
pub fn disassemble(board: &Board, program: &Path) -> Result<Image> {
    let mut image = Image::disassemble(board, program)?;
    // Some kernels get the function for a row as an argument.
    image.resolve_pointers("tvmk_");
    // Cortex-M0 has no jump through a pointer that keeps all arguments in place: there the library calls the model.
    let entry = entry(&image)?.to_owned();
    image.resolve_pointers_of("TVMExecute", &entry);
    Ok(image)
}

/// A fault if the image uses more stack than the model's header states. Per-layer images are built differently.
pub fn deeper_than_said(model: &Model, board: &Board, measured: &Measured) -> Option<String> {
    let [.., stack] = measured.figures;
    let said = model.facts["stack_bytes"].as_u64()?;
    let name = &model.name;
    (stack > said).then(|| {
        format!(
            "{name} on {}: {stack} bytes of stack, its header states {said}: `cargo xtask stack --write`",
            board.name
        )
    })
}

/// Bytes of stack that a call uses at most. `TVMExecute` jumps to the model through a pointer, after releasing its own frame.
fn stack(image: &Image) -> Result<u64> {
    Ok(u64::from(depth(image, "TVMExecute")?.max(depth(image, entry(image)?)?)))
}

/// The model's entry, whose name ends with a hash.
///
/// # Errors
/// If there is none.
pub fn entry(image: &Image) -> Result<&str> {
    let mut names = image.functions.keys().map(String::as_str);
    names.find(|name| name.starts_with("TVMEntry_")).context("no function TVMEntry_… in the image")
}

/// Bytes of stack of a function and all that it calls.
///
/// # Errors
/// If there is no bound.
pub fn depth(image: &Image, name: &str) -> Result<u32> {
    if image.calls_pointer(name) {
        bail!("{name} calls through a pointer: its stack has no bound");
    }
    image.stack(name).with_context(|| format!("{name} can call itself"))
}

/// Instructions from each layer's entry to the next one's.
///
/// # Errors
/// When the image does not run.
pub fn per_layer(board: &Board, model: &Model, program: &Path) -> Result<String> {
    let mut text = String::new();
    let layers = model.layers();
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
