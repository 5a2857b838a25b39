//! Generated models in heap blocks of exact size, for sanitizers and Valgrind: what `c-tests/exact/exact.c` runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{library, paths};

/// A model whose interface was generated.
pub struct Model {
    /// Name for messages.
    pub name: String,
    /// Directory of the generated files.
    pub folder: PathBuf,
    /// Its C files.
    pub sources: Vec<PathBuf>,
    /// Whether this project's compiler made it; otherwise TVM did, whose C can't be changed here.
    pub ours: bool,
}

/// Generates all available models: the bundled model, the small models of the fuzz corpus, and, if available, the models and
/// archives of `docs/data.md`.
///
/// # Errors
/// When the tool can't be built, or refuses one of the archives. A `.tflite` file with an operator that the compiler does
/// not support is skipped with a line.
pub fn models(out: &Path) -> Result<Vec<Model>> {
    let (tool, mut models) = of_our_compiler(out, |_| true)?;
    if let Some(folder) = paths::data("mlf") {
        for archive in with_extension(&folder, "tar")? {
            models.extend(generate(&tool, &archive, out, false)?);
        }
    }
    Ok(models)
}

/// Only these models of this project's compiler, all of which must exist.
///
/// # Errors
/// As [`models`].
pub fn compiled(out: &Path, names: &[&str]) -> Result<Vec<Model>> {
    let (_, models) = of_our_compiler(out, |name| names.contains(&name))?;
    if models.len() != names.len() {
        bail!("of the models {} only {} were compiled", names.join(", "), models.len());
    }
    Ok(models)
}

/// The tool, and the archives it made from the `.tflite` files.
fn of_our_compiler(out: &Path, wanted: impl Fn(&str) -> bool) -> Result<(PathBuf, Vec<Model>)> {
    let root = paths::root();
    Cmd::new("cargo").args(["build", "--package", "tvm_embedded_cli"]).dir(root).capture()?;
    let tool = paths::target().join("debug/tvm-embedded");
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    let mut models = Vec::new();
    let mut files = with_extension(&root.join("fuzz/corpus/tflite"), "tflite")?;
    files.push(root.join("models/digits/digits.tflite"));
    if let Some(folder) = paths::data("models") {
        files.extend(with_extension(&folder, "tflite")?);
    }
    for file in files {
        let name = stem(&file);
        if !wanted(&name) {
            continue;
        }
        let archive = out.join(format!("{name}.tar"));
        let compiled = Cmd::new(&tool).arg("compile").arg(&file).arg("-o").arg(&archive).outcome()?;
        if compiled.code != 0 {
            println!("skipped: {name}: {}", compiled.stderr.lines().next().unwrap_or_default());
            continue;
        }
        models.extend(generate(&tool, &archive, out, true)?);
    }
    if !models.iter().any(|model| model.ours) {
        bail!("no model of this project's compiler: nothing would be checked");
    }
    Ok((tool, models))
}

fn generate(tool: &Path, archive: &Path, out: &Path, ours: bool) -> Result<Vec<Model>> {
    let name = stem(archive);
    let folder = out.join(&name);
    Cmd::new(tool).arg("generate").arg(archive).arg("-o").arg(&folder).capture()?;
    let list = fs::read_to_string(folder.join("sources.txt"));
    let Ok(list) = list else {
        println!("skipped: {name}: several models");
        return Ok(Vec::new());
    };
    let cmake = fs::read_to_string(folder.join("CMakeLists.txt")).unwrap_or_default();
    if cmake.contains("calls functions that are not part of it") {
        println!("skipped: {name}: needs another library");
        return Ok(Vec::new());
    }
    let sources = list.lines().map(|line| folder.join(line)).collect();
    Ok(vec![Model { name, folder, sources, ours }])
}

/// Builds the program that runs a model. `flags` choose the sanitizers.
///
/// # Errors
/// If the compiler reports an error.
pub fn build(model: &Model, library: &Path, flags: &[&str], program: &str) -> Result<PathBuf> {
    // The descriptor's file is the one with a header of the same name.
    let symbol = model
        .sources
        .iter()
        .filter(|source| source.parent() == Some(&model.folder) && source.with_extension("h").exists())
        .map(|source| stem(source))
        .next()
        .with_context(|| format!("{}: no descriptor among the sources", model.name))?;
    let path = model.folder.join(program);
    Cmd::new("gcc")
        .args(["-std=gnu99", "-w"])
        .args(flags)
        .arg(format!("-DMODEL={symbol}"))
        .arg(format!("-DMODEL_HEADER=\"{symbol}.h\""))
        .arg("-I")
        .arg(&model.folder)
        .arg("-I")
        .arg(model.folder.join("archive"))
        .arg("-I")
        .arg(library::include_dir())
        .arg(paths::root().join("c-tests/exact/exact.c"))
        .args(&model.sources)
        .arg(library)
        .arg("-lm")
        .arg("-o")
        .arg(&path)
        .capture()
        .with_context(|| model.name.clone())?;
    Ok(path)
}

/// Files of a directory with this extension, sorted.
fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
