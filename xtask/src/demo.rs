//! `cargo xtask demo`: the bundled model, from its `.tflite` file to a run on the host and on an emulated microcontroller.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::board::Board;
use crate::process::Cmd;
use crate::{emulator, heartbeat, library, paths, setup};

/// The board of the demo.
const BOARD: &str = "cortex-m4f";

/// Compiles the model, generates its interface, builds `examples/digits` with it and runs it twice.
///
/// # Errors
/// When a step fails; the message names the command. Where the tools for the emulated board are missing and can't be
/// installed, that is said and is no error.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask demo");
    }
    let out = paths::target().join("demo");
    std::fs::create_dir_all(&out)?;

    println!("==== 1 of 3, models/digits/digits.tflite: the tool is built (the first time a minute or two)");
    heartbeat::phase("part 1 of 3, the tool".to_owned());
    let sources = generate(&out)?;
    println!("     C files in {}\n", shown(&out.join("digits")));

    println!("==== 2 of 3, examples/digits/main.c on this computer\n");
    heartbeat::phase("part 2 of 3, this computer".to_owned());
    print!("{}", on_host(&out, &sources)?);

    println!("\n==== 3 of 3, the same program on an emulated Cortex-M4 with hardware floating point\n");
    heartbeat::phase("part 3 of 3, the emulated board".to_owned());
    if let Err(missing) = setup::need(&["firmware"]) {
        println!("not run: {missing:#}");
        return Ok(());
    }
    on_board(&out, &sources)
}

/// The model's C files, made by the tool as a user calls it.
fn generate(out: &Path) -> Result<Vec<PathBuf>> {
    let root = paths::root();
    Cmd::new("cargo").args(["build", "--profile", "host", "--package", "tvm_embedded_cli"]).dir(root).capture()?;
    let tool = paths::target().join("host/tvm-embedded");
    let archive = out.join("digits.tar");
    Cmd::new(&tool).arg("compile").arg(root.join("models/digits/digits.tflite")).arg("-o").arg(&archive).capture()?;
    let dir = out.join("digits");
    Cmd::new(&tool).arg("generate").arg(&archive).arg("-o").arg(&dir).capture()?;
    print!("{}", Cmd::new(&tool).arg("inspect").arg(&archive).env("NO_COLOR", "1").capture()?);
    let list = std::fs::read_to_string(dir.join("sources.txt")).context("the generator's list of sources")?;
    let mut sources: Vec<PathBuf> = list.lines().map(|line| dir.join(line)).collect();
    sources.extend(["main.c", "pictures.S"].map(|file| root.join("examples/digits").join(file)));
    Ok(sources)
}

/// Adds what every compiler of the example needs to know.
fn compile(compiler: Cmd, out: &Path, sources: &[PathBuf], library: &Path, program: &Path) -> Cmd {
    compiler
        .args(["-std=c99", "-O2", "-Wall", "-Wextra"])
        .arg("-I")
        .arg(out.join("digits"))
        .arg("-I")
        .arg(out.join("digits/archive"))
        .arg("-I")
        .arg(library::include_dir())
        .arg("-I")
        .arg(paths::root().join("models/digits"))
        .args(sources)
        .arg(library)
        .arg("-o")
        .arg(program)
        .arg("-lm")
}

fn on_host(out: &Path, sources: &[PathBuf]) -> Result<String> {
    Cmd::new("cargo")
        .args(["rustc", "--release", "--package", "tvm_embedded_capi", "--lib", "--crate-type", "staticlib"])
        .dir(paths::root())
        .capture()?;
    let library = paths::target().join("release/libtvm_embedded.a");
    let program = out.join("host");
    compile(Cmd::new("cc"), out, sources, &library, &program).capture()?;
    Cmd::new(&program).capture()
}

fn on_board(out: &Path, sources: &[PathBuf]) -> Result<()> {
    let board = Board::named(BOARD)?;
    let library = library::build(&board)?;
    let program = out.join(format!("{BOARD}.elf"));
    compile(board.compiler(), out, sources, &library, &program).args(board.hosted()).capture()?;
    let run = emulator::count(&board, &program, Some(("count_begin", "count_end")))?;
    print!("{}", run.text);
    if run.code != 0 {
        bail!("the program failed on the emulated board with exit code {}", run.code);
    }
    let sizes = board.tool("size").arg(&program).capture()?;
    let line = sizes.lines().nth(1).context("size prints no figures")?;
    let mut fields = line.split_whitespace().map(str::parse::<u64>);
    let mut next = || fields.next().context("size prints too few figures")?.context("size prints no number");
    let (text, data, bss) = (next()?, next()?, next()?);
    let instructions = run.counts.ranges.first().context("the program was not counted")?;
    println!("Image: {} bytes of flash (23400 of them the pictures), {} bytes of static RAM", text + data, data + bss);
    println!("Instructions of one recognition: {instructions}");
    Ok(())
}

fn shown(path: &Path) -> String {
    path.strip_prefix(std::env::current_dir().unwrap_or_default()).unwrap_or(path).display().to_string()
}
