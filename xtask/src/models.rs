//! Real models on the emulated boards: TVM's archives of `../shared/mlf`, with the bytes that a run must give, and models
//! that our own compiler compiles, which must give the bytes that they give on this computer, whatever instructions of the
//! core their code uses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::board::Board;
use crate::process::Cmd;
use crate::{emulator, library, paths};

/// An archive and the boards that have room for it.
struct Sample {
    archive: &'static str,
    boards: &'static [&'static str],
}

/// Boards with more than 16 KiB of RAM.
const LARGE: &[&str] = &["cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac"];
/// Boards whose core has the DSP extension.
const DSP: &[&str] = &["cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55"];

const SAMPLES: [Sample; 5] = [
    Sample { archive: "hello_c_pool", boards: &crate::board::NAMES },
    Sample { archive: "hello_c_pools_const", boards: &crate::board::NAMES },
    Sample { archive: "micro_speech_c_pool", boards: LARGE },
    Sample { archive: "kws_c_usmp", boards: LARGE },
    Sample { archive: "kws_m4_pool", boards: DSP },
];

/// Models for our own compiler, from the workspace's folder; those outside it may be absent.
const COMPILED: [Sample; 6] = [
    Sample { archive: "models/digits/digits", boards: &crate::board::NAMES },
    Sample { archive: "../shared/models/hello_world_int8", boards: &crate::board::NAMES },
    Sample { archive: "../shared/models/micro_speech_quantized", boards: LARGE },
    Sample { archive: "../shared/models/kws_ref_model", boards: LARGE },
    Sample { archive: "../shared/models/pretrainedResnet_quant", boards: LARGE },
    Sample { archive: "../shared/models/v2_okay_nabu", boards: LARGE },
];

/// How a model ran on a board.
pub struct Row {
    /// Bytes of flash of the whole program.
    pub flash: u64,
    /// Bytes of RAM of the whole program, but for its stack.
    pub ram: u64,
    /// Instructions of one `TVMExecute`.
    pub instructions: u64,
}

/// The folder of the archives, if this machine has it.
pub fn samples() -> Option<PathBuf> {
    let folder = paths::root().join("../shared/mlf");
    folder.is_dir().then_some(folder)
}

/// An archive to run, with its inputs and expected outputs in files beside it, and the boards that have room for it.
pub struct Prepared {
    archive: PathBuf,
    boards: &'static [&'static str],
}

/// The archives of `../shared/mlf`, if this machine has it, and what `tool`, a `tvm-embedded` program, compiles.
///
/// # Errors
/// When a model can't be compiled or run on this computer.
pub fn prepare(tool: &Path) -> Result<Vec<Prepared>> {
    let mut prepared = Vec::new();
    if let Some(samples) = samples() {
        for Sample { archive, boards } in SAMPLES {
            prepared.push(Prepared { archive: samples.join(archive).with_extension("tar"), boards });
        }
    }
    let folder = paths::target().join("firmware/models");
    fs::create_dir_all(&folder)?;
    for Sample { archive, boards } in COMPILED {
        let model = paths::root().join(archive).with_extension("tflite");
        if model.is_file() {
            let archive = compile(tool, &model, &folder).with_context(|| model.display().to_string())?;
            prepared.push(Prepared { archive, boards });
        }
    }
    Ok(prepared)
}

/// Compiles a model, and runs it once on this computer, on bytes that reach every value.
fn compile(tool: &Path, model: &Path, folder: &Path) -> Result<PathBuf> {
    let name = model.file_stem().and_then(|name| name.to_str()).context("a model's name is no text")?;
    let archive = folder.join(format!("{name}.tar"));
    Cmd::new(tool).arg("compile").arg(model).arg("-o").arg(&archive).capture()?;
    let facts = Cmd::new(tool).arg("inspect").arg(&archive).arg("--json").capture()?;
    let facts: serde_json::Value = serde_json::from_str(&facts)?;
    let fact = |list: &str, key: &str| &facts["models"][0][list][0][key];
    let (Some(input), Some(output), Some(size)) =
        (fact("inputs", "c_name").as_str(), fact("outputs", "c_name").as_str(), fact("inputs", "bytes").as_u64())
    else {
        bail!("no names and sizes in what `inspect --json` says of {name}");
    };
    let (given, got) = (folder.join(format!("{name}.in.{input}.bin")), folder.join(format!("{name}.out.{output}.bin")));
    let mut state = 0x2545_F491_u32;
    let bytes: Vec<u8> = (0..size)
        .map(|_| {
            // Marsaglia's xorshift: the same bytes everywhere.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        })
        .collect();
    fs::write(&given, bytes)?;
    Cmd::new(tool).arg("run").arg(&archive).arg("--input").arg(&given).arg("--output").arg(&got).capture()?;
    Ok(archive)
}

/// Runs every archive that fits on a board.
///
/// # Errors
/// When the library does not build. What goes wrong with a model is in its row.
pub fn run_on(board: &Board, tool: &Path, models: &[Prepared]) -> Result<Vec<(String, Result<Row>)>> {
    let library = library::build(board)?;
    let fitting = models.iter().filter(|model| model.boards.contains(&board.name));
    let run = |model: &Prepared| {
        let name = model.archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, run_one(board, &library, tool, &model.archive))
    };
    Ok(fitting.map(run).collect())
}

fn run_one(board: &Board, library: &Path, tool: &Path, archive: &Path) -> Result<Row> {
    let program = build(board, library, tool, archive)?;
    let run = emulator::count(board, &program, Some(("begin", "end")))?;
    if run.code != 0 {
        bail!("exit code {}\n{}", run.code, run.text);
    }
    let [instructions] = run.counts.ranges[..] else { bail!("not one range, but {:?}", run.counts.ranges) };
    let (flash, ram) = size_of(board, &program)?;
    Ok(Row { flash, ram, instructions })
}

/// Generates a model's interface and links it with the runtime and `bench/firmware/run_model.c`.
fn build(board: &Board, library: &Path, tool: &Path, archive: &Path) -> Result<PathBuf> {
    let name = archive.file_stem().and_then(|name| name.to_str()).context("an archive's name is no text")?;
    let folder = paths::target().join("firmware").join(board.name).join("models").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Cmd::new(tool).arg("generate").arg(archive).arg("-o").arg(&folder).capture()?;
    let data = folder.join("data.c");
    fs::write(&data, data_c(archive, &folder)?)?;
    let programs = paths::root().join("bench/firmware");
    let program = folder.join("program.elf");
    let mut compiler = board.compiler().args(["-std=c11", "-O2", "-I"]).arg(&programs).arg("-I").arg(&folder);
    compiler = compiler.arg("-I").arg(folder.join("archive")).arg("-I").arg(library::include_dir());
    compiler = compiler.arg(programs.join("run_model.c")).args(c_files(&folder)?).args(board.hosted());
    compiler.arg(library).args(["-lm", "-o"]).arg(&program).capture()?;
    Ok(program)
}

/// Every C file below a folder.
fn c_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(c_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "c") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The C file with a model's inputs and the outputs it must give: `<archive>.in.<tensor>.bin` and `<archive>.out.…`.
fn data_c(archive: &Path, generated: &Path) -> Result<String> {
    let header = fs::read_dir(generated)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "h"));
    let symbol = header.as_ref().and_then(|path| path.file_stem()?.to_str()).context("no header was generated")?;
    let facts = fs::read_to_string(generated.join(symbol).with_extension("h"))?;
    let mut text =
        format!("#include \"{symbol}.h\"\n#include \"run_model.h\"\n\nconst TVMModel *const model = &{symbol};\n");
    let mut room = 0;
    for (direction, list) in [("in", "inputs"), ("out", "outputs")] {
        let tensors = tensors(archive, direction)?;
        let mut rows = String::new();
        for (index, (tensor, bytes)) in tensors.iter().enumerate() {
            let values: Vec<String> = bytes.iter().map(u8::to_string).collect();
            let values = values.join(",");
            writeln!(text, "static const _Alignas(16) unsigned char {list}_{index}[] = {{{values}}};")?;
            writeln!(rows, "    {{\"{tensor}\", {list}_{index}, {}}},", bytes.len())?;
            room += bytes.len() + 16;
        }
        write!(text, "const struct tensor_bytes {list}[] = {{\n{rows}}};\n")?;
    }
    room += facts.lines().filter_map(workspace_bytes).sum::<usize>();
    write!(text, "_Alignas(16) uint8_t arena[{room}];\nconst size_t arena_size = {room};\n")?;
    Ok(text)
}

/// The value of a macro that says how large a workspace is. A model with one workspace has two such macros.
fn workspace_bytes(line: &str) -> Option<usize> {
    let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
    let (_, part) = name.split_once("_WORKSPACE_")?;
    if !part.ends_with("_BYTES") || part.ends_with("ALIGNED_BYTES") {
        return None;
    }
    value.trim().trim_end_matches('u').parse().ok()
}

fn tensors(archive: &Path, direction: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let name = archive.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let prefix = format!("{name}.{direction}.");
    let mut tensors = Vec::new();
    for entry in fs::read_dir(archive.parent().context("an archive without a folder")?)? {
        let path = entry?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(tensor) = file.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".bin")) {
            tensors.push((tensor.to_owned(), fs::read(&path)?));
        }
    }
    tensors.sort();
    if tensors.is_empty() {
        bail!("no {prefix}*.bin beside {}", archive.display());
    }
    Ok(tensors)
}

/// Bytes of flash and of RAM that a program takes, its stack left out.
///
/// # Errors
/// When the tool `size` fails or prints something else.
pub fn size_of(board: &Board, program: &Path) -> Result<(u64, u64)> {
    let printed = board.tool("size").arg("-A").arg(program).capture()?;
    let (mut flash, mut ram) = (0, 0);
    for line in printed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [section, size, _] = words[..] else { continue };
        let Ok(size) = size.parse::<u64>() else { continue };
        match section {
            ".init" | ".text" | ".rodata" => flash += size,
            ".data" | ".tdata" => (flash, ram) = (flash + size, ram + size),
            ".bss" | ".tbss" => ram += size,
            _ => {}
        }
    }
    if flash == 0 {
        bail!("unexpected answer of size: {printed}");
    }
    Ok((flash, ram))
}
