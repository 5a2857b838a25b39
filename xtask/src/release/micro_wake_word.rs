//! `examples/micro_wake_word`: any wake-word model of ESPHome, here and on an emulated Cortex-M4, with the RAM that it states.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, paths};

/// Builds and runs the example with every model `v2_*.tflite` in a directory; returns its output for each.
///
/// # Errors
/// If it does not build, or its output on the board differs from that here.
pub fn run(tool: &Path, models: &Path, out: &Path) -> Result<String> {
    let mut report = String::new();
    for entry in fs::read_dir(models).with_context(|| models.display().to_string())? {
        let model = entry?.path();
        let name = model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("v2_") && model.extension().is_some_and(|end| end == "tflite") {
            report += &format!("{name}: {}", one(tool, &model, out)?);
        }
    }
    ensure!(!report.is_empty(), "{} contains no model v2_*.tflite", models.display());
    Ok(report)
}

fn one(tool: &Path, model: &Path, out: &Path) -> Result<String> {
    let folder = out.join("micro_wake_word");
    let options = ["--no-library", "--symbol", "wake_word", "--output"];
    Cmd::new(tool).arg("generate").arg(model).args(options).arg(&folder).capture()?;
    let list = fs::read_to_string(folder.join("sources.txt"))?;
    let mut sources: Vec<PathBuf> = list.lines().map(|line| folder.join(line)).collect();
    sources.push(paths::root().join("examples/micro_wake_word/main.c"));
    let build = |compiler: Cmd, program: &Path, link: &[String]| {
        let compiler =
            compiler.args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"]).arg(&folder);
        compiler.arg("-I").arg(folder.join("archive")).args(&sources).arg("-o").arg(program).args(link).capture()
    };
    let here = out.join("micro_wake_word-host");
    build(Cmd::new("cc"), &here, &[])?;
    let expected = Cmd::new(&here).capture()?;
    ensure!(expected.contains("status 0"), "the example prints here: {expected}");
    let board = Board::named("cortex-m4f")?;
    let program = out.join("micro_wake_word.elf");
    build(board.compiler(), &program, &board.hosted())?;
    let run = emulator::run(&board, &program)?;
    ensure!(run.code == 0 && run.text == expected, "on the board: {}\nhere: {expected}", run.text);
    Ok(expected)
}
