//! `cargo xtask no-library`: compiled models called through their own headers, without the library: on cores that have none, on
//! all boards and on this computer, compared with the library's bytes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, paths, setup};
use crate::measure::firmware;

/// The models: a name for the program's macros and for the symbol, the file, and options of `compile`.
const MODELS: [(&str, &str, &[&str]); 4] = [
    ("digits", "digits/digits.tflite", &[]),
    ("digit_rows", "digit_rows/digit_rows.tflite", &[]),
    ("split", "digits/digits.tflite", &["--pool", "fast=1700", "--pool", "slow"]),
    ("placed", "digits/digits.tflite", &["--io-in-workspace"]),
];

/// The warnings with which all of it must compile silently, including the models' own C and the header.
const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// A generated model.
struct Model {
    name: &'static str,
    folder: PathBuf,
    sources: Vec<PathBuf>,
}

/// `cargo xtask no-library [BOARD...]`: the boards, or all of them if none is named, and always the cores without a library.
///
/// # Errors
/// If a model does not build or its bytes differ from those with the library.
pub fn run(args: &[String]) -> Result<()> {
    setup::need(&["cmake", "firmware", "avr", "xtensa"])?;
    let boards = Board::select(args)?;
    let out = paths::target().join("no-library");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let tool = firmware::tool()?;
    let with = models(&tool, &out.join("with"), &[])?;
    let without = models(&tool, &out.join("without"), &["--no-library"])?;
    let expected = with_library(&with, &out)?;
    println!("with the library: {}", expected.join(", "));
    for compiler in ["gcc", "clang"] {
        if compiler == "clang" && paths::program("clang").is_none() {
            continue;
        }
        let program = out.join(compiler);
        compile(Cmd::new(compiler), &without).args(["-O1", "-o"]).arg(&program).capture()?;
        compare(compiler, &Cmd::new(&program).capture()?, &expected, &without)?;
    }
    for board in &boards {
        let program = out.join(board.name);
        compile(board.compiler(), &without).args(["-Os", "-o"]).arg(&program).args(board.hosted()).capture()?;
        let run = emulator::run(board, &program)?;
        compare(board.name, &run.text, &expected, &without)?;
    }
    small(&out, "lx106", &without, &expected)?;
    // Constants take RAM there: one model at a time.
    for model in &without {
        small(&out, "avr", std::slice::from_ref(model), &expected)?;
    }
    Ok(())
}

/// Compiles and generates all models.
fn models(tool: &Path, out: &Path, options: &[&str]) -> Result<Vec<Model>> {
    let make = |(name, file, compile): &(&'static str, &str, &[&str])| {
        let (archive, folder) = (out.join(name).with_extension("tar"), out.join(name));
        fs::create_dir_all(out)?;
        Cmd::new(tool)
            .args(["compile", "--name", name])
            .args(*compile)
            .arg(paths::root().join("models").join(file))
            .arg("-o")
            .arg(&archive)
            .capture()?;
        Cmd::new(tool).arg("generate").arg(&archive).args(options).arg("-o").arg(&folder).capture()?;
        let list = fs::read_to_string(folder.join("sources.txt"))?;
        let sources = list.lines().map(|line| folder.join(line)).collect();
        anyhow::Ok(Model { name, folder, sources })
    };
    MODELS.iter().map(make).collect()
}

/// Definitions, include paths and files of a program with these models.
fn files(models: &[Model]) -> Vec<String> {
    let tests = tests();
    let mut words = vec![format!("-I{}", tests.display())];
    for model in models {
        words.push(format!("-D{}", model.name.to_ascii_uppercase()));
        words.push(format!("-I{}", model.folder.display()));
        words.push(format!("-I{}", model.folder.join("archive").display()));
    }
    words.extend(models.iter().flat_map(|model| &model.sources).map(|source| source.display().to_string()));
    words.push(tests.join("typed.c").display().to_string());
    words
}

fn tests() -> PathBuf {
    paths::root().join("c-tests/without_library")
}

fn compile(compiler: Cmd, models: &[Model]) -> Cmd {
    compiler.args(["-std=c99"]).args(STRICT).args(files(models))
}

/// What the same program prints with the library.
fn with_library(models: &[Model], out: &Path) -> Result<Vec<String>> {
    let library = host_library()?;
    let program = out.join("expected");
    compile(Cmd::new("gcc"), models)
        .arg(format!("-I{}", crate::machine::library::include_dir().display()))
        .arg(library)
        .args(["-O1", "-o"])
        .arg(&program)
        .capture()?;
    numbers(&Cmd::new(&program).capture()?, models)
}

fn host_library() -> Result<PathBuf> {
    let target = paths::target().join("no-library-host");
    Cmd::new("cargo")
        .args(["rustc", "--quiet", "--release", "-p", "tvm_embedded_capi", "--lib", "--crate-type", "staticlib"])
        .arg("--target-dir")
        .arg(&target)
        .dir(paths::root())
        .capture()?;
    Ok(target.join("release/libtvm_embedded.a"))
}

/// A core of `run.sh`.
fn small(out: &Path, core: &str, models: &[Model], expected: &[String]) -> Result<()> {
    let program = out.join(format!("{core}-{}", models[0].name));
    let text = Cmd::new(tests().join("run.sh")).arg(core).arg(program).args(STRICT).args(files(models)).capture()?;
    compare(core, &text, expected, models)
}

fn compare(core: &str, printed: &str, expected: &[String], models: &[Model]) -> Result<()> {
    let found = numbers(printed, models).with_context(|| core.to_owned())?;
    if let Some(wrong) = found.iter().find(|line| !expected.contains(line)) {
        bail!("{core}: '{wrong}' differs from the library's result: {}", expected.join(", "));
    }
    println!("{core:<12} {}", found.join(", "));
    Ok(())
}

/// `name number` of each model.
fn numbers(printed: &str, models: &[Model]) -> Result<Vec<String>> {
    let number = |model: &Model| {
        let start = format!("{} ", model.name);
        let line = printed.lines().find_map(|line| {
            // simavr colours a program's output and adds a dot to it.
            let at = line.find(&start)?;
            line.get(at..at + start.len() + 8)
        });
        line.map(str::to_owned).with_context(|| format!("no line for {} in\n{printed}", model.name))
    };
    models.iter().map(number).collect()
}
