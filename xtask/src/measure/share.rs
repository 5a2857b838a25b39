//! `cargo xtask share [MODEL MODEL]`: two models in one program that share their kernels (`TVM_EMBEDDED_SHARE_KERNELS`), against the same
//! program without the macro: bytes, flash and instructions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, paths, setup};
use crate::measure::{bench_image, firmware, layers};

/// One board for each instruction set that kernels have code for.
const BOARDS: [&str; 3] = ["cortex-m0", "cortex-m4f", "cortex-m55"];
/// The least part of the flash that sharing must save in a program of the two bundled models, in hundredths.
const SAVED: u64 = 5;

/// `cargo xtask share [MODEL MODEL]`: with two files, prints their figures on Cortex-M4F; otherwise checks the bundled models.
///
/// # Errors
/// When something does not build or run, or a result is not the expected one.
pub fn run(args: &[String]) -> Result<()> {
    setup::need(&["firmware"])?;
    let folder = paths::target().join("share");
    let models = Models { tool: firmware::tool()?, folder };
    if let [first, second] = args {
        let [first, second] = [models.generate(Path::new(first), &[])?, models.generate(Path::new(second), &[])?];
        return models.table(&Board::named("cortex-m4f")?, &first, &second);
    }
    ensure!(args.is_empty(), "expected two models, found {}", args.len());
    for board in BOARDS {
        println!("{}", models.check(&Board::named(board)?)?);
    }
    Ok(())
}

struct Models {
    tool: PathBuf,
    folder: PathBuf,
}

/// A model's C.
struct Model {
    symbol: String,
    state: bool,
    /// Bytes of stack that its header states.
    stack: u64,
    folder: PathBuf,
}

/// What a program is and does.
struct Program {
    /// What it prints: hashes of outputs.
    outputs: String,
    flash: u64,
    /// Of the first run of each model.
    instructions: Vec<u64>,
    /// Functions that models may share.
    kernels: Vec<String>,
}

impl Models {
    /// Compiles a model with options of the tool.
    fn generate(&self, file: &Path, options: &[&str]) -> Result<Model> {
        let name = file.file_stem().context("a file without a name")?.to_string_lossy().into_owned();
        let folder = self.folder.join(format!("{name}{}", options.concat()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let archive = folder.with_extension("tar");
        Cmd::new(&self.tool).arg("compile").arg(file).args(options).arg("-o").arg(&archive).capture()?;
        let generate = Cmd::new(&self.tool).arg("generate").arg(&archive).arg("--no-library");
        generate.arg("-o").arg(&folder).capture()?;
        let facts = Cmd::new(&self.tool).arg("inspect").arg(&archive).arg("--json").capture()?;
        let facts: Value = serde_json::from_str(&facts)?;
        let model = &facts["models"][0];
        let symbol = model["symbol"].as_str().context("no symbol")?.to_owned();
        let workspaces = model["workspaces"].as_array().context("no workspaces")?;
        let state = workspaces.iter().any(|workspace| workspace["state"].as_bool() == Some(true));
        let stack = model["stack_bytes"].as_u64().context("no bound of the stack")?;
        Ok(Model { symbol, state, stack, folder })
    }

    /// Builds and runs a program.
    fn program(&self, board: &Board, models: &[&Model], shares: bool) -> Result<Program> {
        let mut header = String::new();
        let mut compiler = board.compiler().args(["-std=c99", "-O2", "-I"]).arg(&self.folder);
        for model in models {
            let list = fs::read_to_string(model.folder.join("sources.txt"))?;
            compiler = compiler.arg("-I").arg(&model.folder).arg("-I").arg(model.folder.join("archive"));
            compiler = compiler.args(list.lines().map(|source| model.folder.join(source)));
            let (symbol, upper) = (&model.symbol, model.symbol.to_uppercase());
            let reset = if model.state { "RESET" } else { "NO_RESET" };
            header += &format!("#include \"{symbol}.h\"\nMODEL_FUNCTION({symbol}, {upper}, {reset})\n");
        }
        let calls: Vec<String> = models.iter().map(|model| format!("run_{}() != 0", model.symbol)).collect();
        header += &format!("int main(void) {{\n    return {};\n}}\n", calls.join(" || "));
        fs::write(self.folder.join("share_models.h"), header)?;
        let file = self.folder.join(format!("{}.elf", board.name));
        let compiler = compiler.args(if shares { &["-DTVM_EMBEDDED_SHARE_KERNELS"][..] } else { &[] });
        let compiler = compiler.arg(paths::root().join("bench/firmware/share.c")).args(board.hosted());
        compiler.args(["-lm", "-o"]).arg(&file).capture()?;
        let run = emulator::count(board, &file, Some(("begin", "end")))?;
        ensure!(run.code == 0, "{}: code {}\n{}", board.name, run.code, run.text);
        let image = bench_image::disassemble(board, &file)?;
        for model in models {
            let stack = bench_image::depth(&image, &format!("tvmgen_{}___tvm_main__", model.symbol))?;
            ensure!(u64::from(stack) <= model.stack, "{}: stack {stack}, stated {}", model.symbol, model.stack);
        }
        let runs = run.counts.ranges.len() / models.len();
        let symbols = board.tool("nm").arg(&file).capture()?;
        Ok(Program {
            outputs: run.text,
            flash: layers::flash(board, &file)?,
            instructions: run.counts.ranges.iter().step_by(runs.max(1)).copied().collect(),
            kernels: symbols.lines().filter_map(kernel).map(str::to_owned).collect(),
        })
    }

    /// Checks all pairs of the bundled models on a board.
    fn check(&self, board: &Board) -> Result<String> {
        let digits = paths::root().join("models/digits/digits.tflite");
        let rows = paths::root().join("models/digit_rows/digit_rows.tflite");
        let first = self.generate(&digits, &[])?;
        let second = self.generate(&rows, &[])?;
        let (before, after, both) = self.pair(board, &first, &second)?;
        let functions: BTreeSet<&str> = after.kernels.iter().map(|name| function(name)).collect();
        ensure!(functions.len() == after.kernels.len(), "{}: a function twice: {:?}", board.name, after.kernels);
        ensure!(!both.is_empty(), "{}: no kernel is shared", board.name);
        ensure!(
            after.flash * 100 <= before.flash * (100 - SAVED),
            "{}: {} bytes with shared kernels, {} without: expected {SAVED} % less",
            board.name,
            after.flash,
            before.flash
        );
        // Kernels of one name and another text, or for weights in another order.
        for options in [["--optimize", "size"], ["--core", "portable"]] {
            let other = self.generate(&rows, &options)?;
            let (_, _, both) = self.pair(board, &first, &other)?;
            let same_path = board.name == "cortex-m0" && options[0] == "--core";
            ensure!(same_path || both.is_empty(), "{}: shared with {options:?}: {both:?}", board.name);
        }
        let count = after.kernels.len();
        Ok(format!("{}: {} bytes instead of {}, {count} kernels", board.name, after.flash, before.flash))
    }

    /// A program of two models without and with shared kernels. Each kernel that either model alone has is in it once. With the kernels
    /// that both have.
    fn pair(&self, board: &Board, first: &Model, second: &Model) -> Result<(Program, Program, Vec<String>)> {
        let before = self.program(board, &[first, second], false)?;
        let after = self.program(board, &[first, second], true)?;
        let names = format!("{}: {} and {}", board.name, first.folder.display(), second.folder.display());
        ensure!(before.outputs == after.outputs, "{names}: outputs\n{}are now\n{}", before.outputs, after.outputs);
        ensure!(before.kernels.is_empty(), "{names}: external kernels without the macro: {:?}", before.kernels);
        let of = |model| anyhow::Ok(BTreeSet::from_iter(self.program(board, &[model], true)?.kernels));
        let (of_first, of_second) = (of(first)?, of(second)?);
        let expected: Vec<&String> = of_first.union(&of_second).collect();
        // Sorted like a set, but with what is there twice.
        let mut found: Vec<&String> = after.kernels.iter().collect();
        found.sort();
        ensure!(found == expected, "{names}: kernels {found:?}, expected {expected:?}");
        let both = of_first.intersection(&of_second).cloned().collect();
        Ok((before, after, both))
    }

    /// Prints flash and instructions of two models, alone and together.
    fn table(&self, board: &Board, first: &Model, second: &Model) -> Result<()> {
        println!("| program | flash | with shared kernels | instructions | with shared kernels |");
        println!("| --- | ---: | ---: | ---: | ---: |");
        for models in [&[first][..], &[second], &[first, second]] {
            let before = self.program(board, models, false)?;
            let after = self.program(board, models, true)?;
            ensure!(before.outputs == after.outputs, "outputs\n{}are now\n{}", before.outputs, after.outputs);
            let names: Vec<&str> = models.iter().map(|model| model.symbol.as_str()).collect();
            let (old, new) = (&before.instructions, &after.instructions);
            println!("| {} | {} | {} | {old:?} | {new:?} |", names.join(" and "), before.flash, after.flash);
        }
        Ok(())
    }
}

/// The name in a line of `nm`, if it is that of an external kernel.
fn kernel(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip(1);
    let (kind, name) = (words.next()?, words.next()?);
    // Hidden functions become local symbols in some linked programs.
    let is_code = ["W", "T", "t", "w"].contains(&kind);
    (is_code && name.starts_with("tvmk_") && function(name) != name).then_some(name)
}

/// The function's own name: what is before the hash.
fn function(name: &str) -> &str {
    let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hash = name.split('_').find(|word| is_hash(word));
    hash.and_then(|hash| name.split_once(hash)).map_or(name, |(before, _)| before.trim_end_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn external_kernels_are_recognised() {
        let line = "00000135 W tvmk_conv_2d_3c5b30a3d1938e23_dsp";
        assert_eq!(kernel(line), Some("tvmk_conv_2d_3c5b30a3d1938e23_dsp"));
        assert_eq!(function(kernel(line).unwrap()), "tvmk_conv_2d");
        assert_eq!(kernel("00000135 t tvmk_conv_2d"), None);
        assert_eq!(kernel("00000135 t tvmk_conv_2d.constprop.0"), None);
        assert_eq!(kernel("00000135 T main"), None);
        assert_eq!(kernel("         U memcpy"), None);
    }
}
