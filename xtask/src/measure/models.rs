//! Real models on the emulated boards: TVM's archives with the bytes that a run must give (`docs/data.md`), and models
//! from this project's compiler, which must give the same bytes as on this computer, whatever instructions of the
//! core their code uses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::{Board, MORE, NAMES};
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths};

/// An archive and the boards that have room for it.
struct Sample {
    archive: &'static str,
    boards: &'static [&'static str],
}

/// Boards with more than 16 KiB of RAM.
const LARGE: &[&str] = &["cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac"];
/// Boards whose core has the DSP extension.
const DSP: &[&str] = &["cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "cortex-r5f", "cortex-a7"];

const SAMPLES: [Sample; 5] = [
    Sample { archive: "hello_c_pool", boards: &NAMES },
    Sample { archive: "hello_c_pools_const", boards: &NAMES },
    Sample { archive: "micro_speech_c_pool", boards: LARGE },
    Sample { archive: "kws_c_usmp", boards: LARGE },
    Sample { archive: "kws_m4_pool", boards: DSP },
];

/// Models for this project's compiler, from the data's `models`; they may be absent.
const COMPILED: [Sample; 5] = [
    Sample { archive: "hello_world_int8", boards: &NAMES },
    Sample { archive: "micro_speech_quantized", boards: LARGE },
    Sample { archive: "kws_ref_model", boards: LARGE },
    Sample { archive: "pretrainedResnet_quant", boards: LARGE },
    Sample { archive: "v2_okay_nabu", boards: LARGE },
];

/// The result of a model on a board.
pub struct Row {
    /// Bytes of flash of the whole program.
    pub flash: u64,
    /// Bytes of RAM of the whole program, without its stack.
    pub ram: u64,
    /// Instructions of one `TVMExecute`.
    pub instructions: u64,
}

/// The directory of the archives, if this machine has it.
pub fn samples() -> Option<PathBuf> {
    paths::data("mlf")
}

/// An archive to run, with its inputs and expected outputs in files beside it, and the boards that have room for it.
pub struct Prepared {
    archive: PathBuf,
    /// Number of runs that the files hold data for, one after the other.
    runs: usize,
    boards: &'static [&'static str],
}

/// TVM's archives, if this machine has them, and what `tool`, a `tvm-embedded` program, compiles.
///
/// # Errors
/// When a model can't be compiled or run on this computer.
pub fn prepare(tool: &Path) -> Result<Vec<Prepared>> {
    let mut prepared = Vec::new();
    if let Some(samples) = samples() {
        for Sample { archive, boards } in SAMPLES {
            prepared.push(Prepared { archive: samples.join(archive).with_extension("tar"), runs: 1, boards });
        }
    }
    let folder = paths::target().join("firmware/models");
    fs::create_dir_all(&folder)?;
    // The bundled models, and one with each operator on float32: float results must not differ between cores.
    let bundled = ["models/digits/digits", "models/digit_rows/digit_rows", "fuzz/corpus/tflite/float32-everything"];
    let mut models: Vec<(PathBuf, &[&str])> =
        bundled.map(|name| (paths::root().join(name).with_extension("tflite"), &NAMES[..])).into();
    if let Some(others) = paths::data("models") {
        models.extend(COMPILED.map(|sample| (others.join(sample.archive).with_extension("tflite"), sample.boards)));
    }
    for (model, boards) in models {
        let archive = compile(tool, &model, &folder).with_context(|| model.display().to_string())?;
        prepared.push(Prepared { archive, runs: RUNS, boards });
    }
    Ok(prepared)
}

/// Number of inputs on which a compiled model is compared.
const RUNS: usize = 100;

/// An element of a run's input: mostly values of a sensor; in some runs far too large, subnormal, or any
/// bits, which may be infinite or NaN.
fn odd_float(run: usize, bits: u32) -> f32 {
    let common = bits.cast_signed() as f32 / 2.0f32.powi(30);
    match run % 8 {
        0 => f32::from_bits(bits),
        1 => f32::from_bits(bits & 0x81ff_ffff),
        2 => common * 1e19,
        _ => common,
    }
}

/// Compiles a model, and runs it on this computer, on bytes that reach every value.
fn compile(tool: &Path, model: &Path, folder: &Path) -> Result<PathBuf> {
    let name = model.file_stem().and_then(|name| name.to_str()).context("a model's name is not UTF-8")?;
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
    let mut draw = || {
        // Marsaglia's xorshift: the same bytes everywhere.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let mut bytes: Vec<u8> = Vec::new();
    for run in 0..RUNS {
        if fact("inputs", "dtype").as_str() == Some("float32") {
            bytes.extend((0..size / 4).flat_map(|_| odd_float(run, draw()).to_le_bytes()));
        } else {
            bytes.extend((0..size).map(|_| (draw() >> 24) as u8));
        }
    }
    fs::write(&given, bytes)?;
    Cmd::new(tool).arg("run").arg(&archive).arg("--input").arg(&given).arg("--output").arg(&got).capture()?;
    Ok(archive)
}

/// Runs every archive that fits on a board.
///
/// # Errors
/// If the library does not build. Errors of a model are in its row.
pub fn run_on(board: &Board, tool: &Path, models: &[Prepared]) -> Result<Vec<(String, Result<Row>)>> {
    let library = library::build(board)?;
    // The further cores have room for all; who has the DSP extension is named.
    let further = MORE.contains(&board.name);
    let fitting = models.iter().filter(|model| model.boards.contains(&board.name) || further && model.boards != DSP);
    let run = |model: &Prepared| (stem(&model.archive), run_one(board, &library, tool, model));
    let mut rows: Vec<_> = fitting.map(run).collect();
    if let Some(samples) = samples().filter(|_| further || LARGE.contains(&board.name)) {
        let archives = TOGETHER.map(|name| samples.join(name).with_extension("tar"));
        rows.push(("three modes in one".to_owned(), run_together(board, &library, tool, &archives)));
    }
    Ok(rows)
}

/// Archives of three modes that share one image: static pools inside, memory requested at run time, packed operators.
const TOGETHER: [&str; 3] = ["kws_c_usmp", "hello_c_nousmp", "duo_packed"];
/// How many times each of them runs, in turn with the others.
const ROUNDS: usize = 3;

fn run_one(board: &Board, library: &Path, tool: &Path, model: &Prepared) -> Result<Row> {
    let (program, data) = build(board, library, tool, &stem(&model.archive), &[&model.archive], model.runs, 1)?;
    // These models' memory is planned ahead: nothing of TVM's run-time allocation may be in the image.
    let symbols = board.tool("nm").arg(&program).capture()?;
    if let Some(symbol) = symbols.lines().find(|line| line.contains("TVMBackend")) {
        bail!("the image holds {symbol}");
    }
    let runs = run(board, &program)?;
    match runs.first() {
        Some(first) if runs.len() == model.runs => with_size(board, &program, *first, data),
        _ => bail!("expected {} runs, found {}", model.runs, runs.len()),
    }
}

fn run_together(board: &Board, library: &Path, tool: &Path, archives: &[PathBuf]) -> Result<Row> {
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (program, data) = build(board, library, tool, "together", &archives, 1, ROUNDS)?;
    let runs = run(board, &program)?;
    if runs.len() != ROUNDS * archives.len() {
        bail!("expected {} runs, found {}", ROUNDS * archives.len(), runs.len());
    }
    with_size(board, &program, runs.iter().sum(), data)
}

/// Instructions of each `TVMExecute`, all of which gave the expected outputs.
fn run(board: &Board, program: &Path) -> Result<Vec<u64>> {
    let run = emulator::count(board, program, Some(("begin", "end")))?;
    if run.code != 0 {
        bail!("exit code {}\n{}", run.code, run.text);
    }
    Ok(run.counts.ranges)
}

/// `data` are the bytes of inputs and expected outputs in the image, which are not part of the model.
fn with_size(board: &Board, program: &Path, instructions: u64, data: usize) -> Result<Row> {
    let (flash, ram) = size_of(board, program)?;
    Ok(Row { flash: flash.saturating_sub(data as u64), ram, instructions })
}

fn stem(archive: &Path) -> String {
    archive.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Generates models' interfaces and links them with the runtime and `bench/firmware/run_model.c`. Returns the program, and
/// the bytes of inputs and expected outputs in it.
fn build(
    board: &Board,
    library: &Path,
    tool: &Path,
    name: &str,
    archives: &[&Path],
    runs: usize,
    rounds: usize,
) -> Result<(PathBuf, usize)> {
    let folder = paths::target().join("firmware").join(board.name).join("models").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let programs = paths::root().join("bench/firmware");
    let (mut objects, mut list, mut room, mut bytes) = (Vec::new(), String::new(), 0, 0);
    for (number, archive) in archives.iter().enumerate() {
        let generated = folder.join(stem(archive));
        let object_folder = folder.join(format!("{}.o", stem(archive)));
        fs::create_dir_all(&object_folder)?;
        Cmd::new(tool).arg("generate").arg(archive).arg("-o").arg(&generated).capture()?;
        let data = data_c(archive, &generated, number, runs)?;
        fs::write(generated.join("data.c"), data.text)?;
        room = room.max(data.room);
        bytes += data.bytes;
        writeln!(list, "extern const struct sample sample_{number};")?;
        // Each model separately: two may have headers of the same name.
        // Not c11, with which gcc fuses no product and sum: the kernels must work with fusing.
        let mut compiler = board.compiler().dir(&object_folder).args(["-c", "-std=gnu11", "-O2"]);
        for include in [&programs, &generated, &generated.join("archive"), &library::include_dir()] {
            compiler = compiler.arg("-I").arg(include);
        }
        if !archive.starts_with(paths::target()) {
            // TVM's C: compiled as in the generated CMakeLists.txt.
            compiler = compiler.arg("-ffp-contract=off");
        }
        compiler.args(c_files(&generated)?).args(board.hosted()).capture()?;
        let compiled = fs::read_dir(&object_folder)?.map(|entry| Ok(entry?.path()));
        objects.extend(compiled.collect::<Result<Vec<_>>>()?);
    }
    objects.sort();
    let samples: Vec<String> = (0..archives.len()).map(|number| format!("&sample_{number}")).collect();
    let samples = format!(
        "#include \"run_model.h\"\n\n{list}const struct sample *const samples[] = {{{}}};\n\
         const size_t sample_count = {};\nconst unsigned rounds = {rounds};\n\
         _Alignas(16) uint8_t arena[{room}];\nconst size_t arena_size = {room};\n",
        samples.join(", "),
        samples.len()
    );
    fs::write(folder.join("samples.c"), samples)?;
    let program = folder.join("program.elf");
    let mut linker =
        board.compiler().args(["-std=c11", "-O2", "-I"]).arg(&programs).arg("-I").arg(library::include_dir());
    linker = linker.arg(programs.join("run_model.c")).arg(folder.join("samples.c")).args(objects).args(board.hosted());
    linker.arg(library).args(["-lm", "-o"]).arg(&program).capture()?;
    Ok((program, bytes))
}

/// Every C file below a directory.
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

/// A C file with a model's inputs and the outputs it must give.
struct Data {
    text: String,
    /// Memory that a run needs for workspaces and outputs.
    room: usize,
    /// Bytes of inputs and outputs in it.
    bytes: usize,
}

/// The C file for `runs` runs, from `<archive>.in.<tensor>.bin` and `<archive>.out.…`.
fn data_c(archive: &Path, generated: &Path, number: usize, runs: usize) -> Result<Data> {
    // The model's own; that of updates has no facts beside it.
    let own = |path: &PathBuf| path.extension().is_some_and(|end| end == "h") && path.with_extension("json").is_file();
    let header = fs::read_dir(generated)?.flatten().map(|entry| entry.path()).find(own);
    let symbol = header.as_ref().and_then(|path| path.file_stem()?.to_str()).context("no header was generated")?;
    let facts = serde_json::from_str(&fs::read_to_string(generated.join(format!("{symbol}.json")))?)?;
    let mut room = workspace_bytes(&facts)?;
    let mut total = 0;
    let mut text = format!("#include \"{symbol}.h\"\n#include \"run_model.h\"\n\n");
    for (direction, list) in [("in", "inputs"), ("out", "outputs")] {
        let mut rows = String::new();
        for (index, (tensor, bytes)) in tensors(archive, direction)?.iter().enumerate() {
            let values: Vec<String> = bytes.iter().map(u8::to_string).collect();
            let values = values.join(",");
            writeln!(text, "static const _Alignas(16) unsigned char {list}_{index}[] = {{{values}}};")?;
            writeln!(rows, "    {{\"{tensor}\", {list}_{index}, {}}},", bytes.len() / runs)?;
            room += bytes.len() / runs + 16;
            total += bytes.len();
        }
        write!(text, "static const struct tensor_bytes {list}[] = {{\n{rows}}};\n")?;
    }
    writeln!(text, "extern const struct sample sample_{number};")?;
    writeln!(text, "const struct sample sample_{number} = {{&{symbol}, inputs, outputs, {runs}}};")?;
    Ok(Data { text, room, bytes: total })
}

/// Bytes of all workspaces that the user of a model provides, from the facts generated with it.
fn workspace_bytes(facts: &serde_json::Value) -> Result<usize> {
    let workspaces = facts["workspace"].as_object().context("the generated JSON has no workspace")?;
    // Besides an object for each workspace there are numbers for all of them.
    let sizes = workspaces.values().filter_map(|one| one.get("bytes")?.as_u64());
    Ok(sizes.sum::<u64>().try_into()?)
}

fn tensors(archive: &Path, direction: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let name = archive.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let prefix = format!("{name}.{direction}.");
    let mut tensors = Vec::new();
    for entry in fs::read_dir(archive.parent().context("an archive without a directory")?)? {
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
        bail!("unexpected output of size: {printed}");
    }
    Ok((flash, ram))
}
