//! `cargo xtask coverage`: which lines, regions and branches the Rust tests run, against the bounds of the project.
//!
//! The compiler's own instrumentation, read by LLVM's tools of the same generation. Branches need a flag that the compiler
//! keeps for nightly versions; `RUSTC_BOOTSTRAP` opens it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::Cmd;

/// A part of the source, and the per cent of its lines and regions that tests must run.
struct Bound {
    folder: &'static str,
    least: f64,
}

const BOUNDS: [Bound; 3] = [
    Bound { folder: "src/", least: 100.0 },
    Bound { folder: "host/mlf/src/", least: 95.0 },
    Bound { folder: "host/interface/src/", least: 95.0 },
];

/// The crates whose tests are run.
const PACKAGES: [&str; 3] = ["tvm_embedded", "tvm_embedded_mlf", "tvm_embedded_interface"];

/// Lines, regions and branches: how many there are, how many were run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    regions: (u64, u64),
    lines: (u64, u64),
    branches: (u64, u64),
}

/// `cargo xtask coverage`.
///
/// # Errors
/// A failing test, missing tools, or a part below its bound.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask coverage");
    }
    let tools = llvm()?;
    let out = paths::target().join("coverage");
    let profiles = out.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    fs::create_dir_all(&profiles)?;
    let programs = test(&out.join("build"), &profiles)?;
    let merged = out.join("merged.profdata");
    let mut merge = Cmd::new(tools.join("llvm-profdata")).args(["merge", "-sparse", "-o"]).arg(&merged);
    for entry in fs::read_dir(&profiles)? {
        merge = merge.arg(entry?.path());
    }
    merge.capture()?;
    let mut export = Cmd::new(tools.join("llvm-cov")).args(["export", "-summary-only", "-format=text"]);
    export = export.arg(format!("-instr-profile={}", merged.display()));
    for program in &programs {
        export = export.arg("-object").arg(program);
    }
    report(&export.capture()?)
}

/// Builds and runs the tests; returns the test programs.
fn test(build: &Path, profiles: &Path) -> Result<Vec<PathBuf>> {
    let cargo = || {
        let mut command = Cmd::new("cargo").args(["test", "--locked", "--target-dir"]).arg(build).dir(paths::root());
        for package in PACKAGES {
            command = command.args(["--package", package]);
        }
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Cinstrument-coverage -Zcoverage-options=branch")
            .env("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"))
    };
    let built = cargo().args(["--no-run"]).outcome()?;
    if built.code != 0 {
        bail!("the tests don't compile:\n{}", built.stderr);
    }
    // cargo names them: "Executable unittests src/lib.rs (target/.../deps/name-0123)"
    let names = built.stderr.lines().filter(|line| line.contains("Executable"));
    let programs: Vec<PathBuf> = names
        .filter_map(|line| line.rsplit_once('(')?.1.strip_suffix(')'))
        .map(|path| paths::root().join(path))
        .collect();
    if programs.is_empty() {
        bail!("no test program was built");
    }
    cargo().args(["--quiet", "--lib", "--bins", "--tests", "--no-fail-fast"]).run()?;
    Ok(programs)
}

/// Prints one line for each file and part, and compares the parts with their bounds.
fn report(json: &str) -> Result<()> {
    let files = files(json)?;
    let root = format!("{}/", paths::root().display());
    let mut failures = Vec::new();
    for bound in &BOUNDS {
        let mut total = Counts::default();
        for (path, counts) in &files {
            let Some(path) = path.strip_prefix(&root) else { continue };
            if path.starts_with(bound.folder) {
                println!("{path:<44} {}", shown(*counts));
                total = sum(total, *counts);
            }
        }
        println!("{:<44} {}\n", format!("{} in all", bound.folder), shown(total));
        if per_cent(total.lines) < bound.least || per_cent(total.regions) < bound.least {
            failures.push(format!("{}: {}; the bound is {} %", bound.folder, shown(total), bound.least));
        }
    }
    if !failures.is_empty() {
        bail!("below the bound:\n{}", failures.join("\n"));
    }
    Ok(())
}

/// The summaries of `llvm-cov export`, by file.
fn files(json: &str) -> Result<Vec<(String, Counts)>> {
    let mut files = Vec::new();
    // The document is ours to ask for, flat and of known form: {"filename":"…","summary":{"branches":{"count":…
    for part in json.split("\"filename\":\"").skip(1) {
        let (name, rest) = part.split_once('"').context("a file's name")?;
        let summary = rest.split("\"filename\"").next().unwrap_or_default();
        let counts = |kind: &str| -> Result<(u64, u64)> {
            let (_, object) = summary.split_once(&format!("\"{kind}\":{{")).with_context(|| kind.to_owned())?;
            let object = object.split('}').next().unwrap_or_default();
            let field = |field: &str| -> Result<u64> {
                let (_, value) = object.split_once(&format!("\"{field}\":")).with_context(|| field.to_owned())?;
                Ok(value.split(',').next().unwrap_or_default().trim().parse()?)
            };
            Ok((field("count")?, field("covered")?))
        };
        files.push((
            name.to_owned(),
            Counts { regions: counts("regions")?, lines: counts("lines")?, branches: counts("branches")? },
        ));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

fn sum(a: Counts, b: Counts) -> Counts {
    let add = |a: (u64, u64), b: (u64, u64)| (a.0 + b.0, a.1 + b.1);
    Counts { regions: add(a.regions, b.regions), lines: add(a.lines, b.lines), branches: add(a.branches, b.branches) }
}

fn per_cent((count, covered): (u64, u64)) -> f64 {
    if count == 0 { 100.0 } else { covered as f64 * 100.0 / count as f64 }
}

fn shown(counts: Counts) -> String {
    format!(
        "lines {:6.2} %  regions {:6.2} %  branches {:6.2} %",
        per_cent(counts.lines),
        per_cent(counts.regions),
        per_cent(counts.branches)
    )
}

/// LLVM's tools, of a version that reads what the compiler writes.
fn llvm() -> Result<PathBuf> {
    let text = Cmd::new("rustc").arg("-vV").capture()?;
    let version = text.lines().find_map(|line| line.strip_prefix("LLVM version: ")).context("rustc names no LLVM")?;
    let major = version.split('.').next().unwrap_or_default();
    let folder = PathBuf::from(format!("/usr/lib/llvm-{major}/bin"));
    if !folder.join("llvm-cov").exists() {
        bail!("llvm-cov of LLVM {major} is needed: apt-get install llvm-{major}");
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_read() {
        let json = r#"{"data":[{"files":[{"filename":"/x/src/a.rs","summary":{"branches":{"count":4,"covered":2,"notcovered":2,"percent":50},
            "lines":{"count":10,"covered":9,"percent":90},"regions":{"count":5,"covered":5,"notcovered":0,"percent":100}}}],"totals":{}}]}"#;
        let files = files(json).unwrap();
        assert_eq!(files, [("/x/src/a.rs".to_owned(), Counts { regions: (5, 5), lines: (10, 9), branches: (4, 2) })]);
        assert_eq!(per_cent((0, 0)), 100.0);
    }
}
