//! `cargo xtask firmware [BOARD...] [--programs REGEX]`: library, C tests and real models on the emulated boards, and what each uses.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{library, paths, setup};
use crate::measure::models;

/// `cargo xtask firmware [BOARD...] [--programs REGEX]`; without a board, all. With a regular expression, only those C tests and examples
/// whose names it matches, and no models.
///
/// # Errors
/// When tools are missing and can't be installed, or anything fails on a board.
pub fn run(args: &[String]) -> Result<()> {
    let (names, programs) = match args {
        [names @ .., option, programs] if option == "--programs" => (names, Some(programs.as_str())),
        _ => (args, None),
    };
    let boards = Board::select(names)?;
    setup::need(&["firmware", "cmake"])?;
    library::prepare(&boards)?;
    let tool = tool()?;
    let models = match programs {
        None => models::prepare(&tool)?,
        Some(_) => Vec::new(),
    };
    let mut failed = Vec::new();
    let mut lines = Vec::new();
    for board in &boards {
        eprintln!("{}: {} in QEMU", board.name, board.machine);
        let mut report = |program: &str, result: Result<String>| {
            let columns = result.unwrap_or_else(|error| {
                failed.push(format!("{program} on {}: {error:#}", board.name));
                "FAILED".to_owned()
            });
            lines.push(format!("{:<12} {:<16} {program:<24} {columns}", board.name, board.machine));
        };
        report("C tests, examples", c_tests(board, &tool, programs));
        let rows = if programs.is_none() { models::run_on(board, &tool, &models)? } else { Vec::new() };
        for (name, row) in rows {
            report(&name, row.map(|row| line_of(&row)));
        }
    }
    println!(
        "\n{:<12} {:<16} {:<24} {:<10} {:>9} {:>9} {:>13}",
        "core", "board", "program", "result", "flash", "RAM", "instructions"
    );
    for line in lines {
        println!("{line}");
    }
    if !failed.is_empty() {
        bail!("{} failures\n{}", failed.len(), failed.join("\n"));
    }
    Ok(())
}

fn line_of(row: &models::Row) -> String {
    format!("{:<10} {:>9} {:>9} {:>13}", "right", row.flash, row.ram, row.instructions)
}

/// The program named by the environment variable `TVM_EMBEDDED_TOOL`, otherwise this checkout's.
///
/// # Errors
/// When it does not build.
pub fn tool() -> Result<PathBuf> {
    match std::env::var_os("TVM_EMBEDDED_TOOL") {
        Some(tool) => Ok(tool.into()),
        None => build_tool(),
    }
}

/// Builds this checkout's `tvm-embedded` program for this machine, if necessary, and returns its path.
///
/// # Errors
/// When it does not build.
pub fn build_tool() -> Result<PathBuf> {
    Cmd::new("cargo")
        .args(["build", "--locked", "--profile", "host", "--package", "tvm_embedded_cli"])
        .dir(paths::root())
        .capture()?;
    Ok(paths::target().join("host/tvm-embedded"))
}

/// Builds the C tests for a board and runs them there through CTest.
fn c_tests(board: &Board, tool: &Path, programs: Option<&str>) -> Result<String> {
    let build = paths::target().join("firmware").join(board.name).join("c-tests");
    fs::create_dir_all(&build)?;
    let mut toolchain = std::ffi::OsString::from("-DCMAKE_TOOLCHAIN_FILE=");
    toolchain.push(board.toolchain_file.canonicalize()?);
    let configure = Cmd::new("cmake")
        .args(["-S", ".", "-DCMAKE_BUILD_TYPE=MinSizeRel", "-DBUILD_TESTING=ON"])
        .arg(toolchain)
        .arg(format!("-DTVM_EMBEDDED_TOOL={}", tool.display()))
        // One directory for all boards: two of the same processor share its library.
        .arg(format!("-DTVM_EMBEDDED_CARGO_TARGET_DIR={}", paths::target().join("firmware/cargo").display()))
        .arg("-B")
        .arg(&build)
        .dir(paths::root());
    let targets = [board.rust_target.as_str()];
    library::with_sysroot(configure, &targets)?.capture()?;
    let chosen: Vec<&str> = programs.into_iter().flat_map(|regex| ["--tests-regex", regex]).collect();
    let mut make = Cmd::new("cmake").arg("--build").arg(&build).args(["--parallel", "2"]);
    if programs.is_some() {
        let list = Cmd::new("ctest").arg("--test-dir").arg(&build).arg("--show-only").args(&chosen).capture()?;
        let targets = targets_of(&list);
        ensure!(!targets.is_empty(), "no program has a name that matches");
        make = make.arg("--target").args(targets);
    }
    library::with_sysroot(make, &targets)?.capture()?;
    let tests = Cmd::new("ctest").arg("--test-dir").arg(&build).args(&chosen);
    let tests = tests.args(["--output-on-failure", "--no-tests=error", "--parallel", "2", "--timeout", "300"]);
    let printed = tests.capture()?;
    let summary = printed.lines().find(|line| line.contains("tests passed")).context("ctest gave no summary")?;
    // "100% tests passed, 0 tests failed out of 12"
    let count = summary.rsplit(' ').next().unwrap_or_default();
    Ok(format!("{count} passed"))
}

/// The targets that build the listed tests: they have the names of the tests, in the examples after `example.`.
fn targets_of(list: &str) -> Vec<&str> {
    let names = list.lines().filter_map(|line| line.trim_start().strip_prefix("Test ")?.split_once(": "));
    names.map(|(_, name)| name.strip_prefix("example.").unwrap_or(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_a_list_of_tests() {
        let list =
            "Test project build\n  Test  #1: programs.device\n  Test #12: example.bare_metal\n\nTotal Tests: 2\n";
        assert_eq!(targets_of(list), ["programs.device", "bare_metal"]);
        assert!(targets_of("Total Tests: 0\n").is_empty());
    }
}
