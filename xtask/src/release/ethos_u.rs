//! `cargo xtask ethos-u`: a model that is laid out as Vela's are, with `examples/ethos_u`, here and on an emulated Cortex-M55.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, paths, setup};
use crate::measure::firmware;

/// The board.
const BOARD: &str = "cortex-m55";
/// What the example prints: the stand-in for the driver negates the input.
const PRINTED: &str = "228 bytes of commands, 64 of weights\n0: 64 63 ... -63\n";

/// Builds and runs the example.
///
/// # Errors
/// If it does not build, or prints anything else.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask ethos-u");
    setup::need(&["firmware", "oracle"])?;
    let out = paths::target().join("ethos-u");
    fs::create_dir_all(&out)?;
    let script = paths::root().join("host/compiler/tests/oracle/npu.py");
    Cmd::new("python3").arg(script).arg("--out").arg(&out).env("CARGO_TARGET_DIR", paths::target()).capture()?;
    let (archive, folder) = (out.join("part.tar"), out.join("part"));
    let tool = firmware::tool()?;
    Cmd::new(&tool)
        .arg("compile")
        .arg(out.join("one.tflite"))
        .args(["--name", "part", "-o"])
        .arg(&archive)
        .capture()?;
    Cmd::new(&tool).arg("generate").arg(&archive).args(["--no-library", "-o"]).arg(&folder).capture()?;
    let list = fs::read_to_string(folder.join("sources.txt"))?;
    let mut sources: Vec<PathBuf> = list.lines().map(|line| folder.join(line)).collect();
    let example = paths::root().join("examples/ethos_u");
    sources.push(example.join("main.c"));
    let build = |compiler: Cmd, program: &Path, link: &[String]| {
        let strict = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-I"];
        let compiler = compiler.args(strict).arg(&folder).arg("-I").arg(folder.join("archive")).arg("-I").arg(&example);
        compiler.args(&sources).arg("-o").arg(program).args(link).capture()
    };
    let here = out.join("part-host");
    build(Cmd::new("cc"), &here, &[])?;
    let printed = Cmd::new(&here).capture()?;
    ensure!(printed == PRINTED, "here: {printed}");
    let board = Board::named(BOARD)?;
    let program = out.join("part.elf");
    build(board.compiler(), &program, &board.hosted())?;
    let run = emulator::run(&board, &program)?;
    ensure!(run.code == 0 && run.text == PRINTED, "on {BOARD}: exit code {}: {}", run.code, run.text);
    print!("ethos-u: right here and on {BOARD}\n{printed}");
    Ok(())
}
