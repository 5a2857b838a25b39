//! `cargo xtask coverage [c] [rust] [--gaps]`: which lines, regions, branches and conditions the tests run, against the project's bounds.
//!
//! Two measurements, with the compiler's own instrumentation, read by LLVM's tools of the same generation:
//!
//! - **the device side by the C suite**: `libtvm_embedded.a`, built for release as it ships, under the programs of `c-tests`.
//!   Everything is run, in every compiled copy: each instance of a generic function and each place where a function of
//!   the core was compiled into the library counts separately.
//! - **the core and two host crates by their Rust tests**: all of the core again; of the crates that read archives and
//!   write C 99.5 % of the lines, and 97 % of the regions and of the branches. Copies count together here: a crate is compiled once for its unit tests and once for the others.
//!
//! Neither is `llvm-cov`'s own summary, which takes the best copy of each function: it hides what another copy misses, and
//! shows as missing what two copies cover together. Code of unit tests is not counted.
//!
//! `condition` is branch coverage that also counts the operands of `&&` and `||` outside of `if`. The compiler has
//! the flag only in nightly versions; `RUSTC_BOOTSTRAP` enables it.

mod counts;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use counts::{Copies, Report};

/// A part of the source, and the per cent of its lines, and of its regions and branches, that tests must run.
struct Part {
    folder: &'static str,
    lines: f64,
    least: f64,
}

const fn part(folder: &'static str, lines: f64, least: f64) -> Part {
    Part { folder, lines, least }
}

const DEVICE: &[Part] = &[part("src/", 100.0, 100.0), part("capi/src/", 100.0, 100.0)];

const TESTED_IN_RUST: &[Part] =
    &[part("src/", 100.0, 100.0), part("host/mlf/src/", 99.5, 97.0), part("host/interface/src/", 99.5, 97.0)];

/// The crates of `TESTED_IN_RUST`: their tests are run here, so `cargo xtask test` need not run them twice.
pub const PACKAGES: [&str; 3] = ["tvm_embedded_core", "tvm_embedded_mlf", "tvm_embedded_interface"];

/// Files that no test can run, with the reason. They are printed, and an error once a test does run them.
const NEVER_RUN: [(&str, &str); 1] =
    [("capi/src/panic.rs", "calls a function that does not exist: a program that could reach it does not link")];

const FLAGS: &str = "-Cinstrument-coverage -Zcoverage-options=condition";

/// The C tests that run the library, by label. Programs under the race detector are left out: their threads count at the same time.
const LABELS: &str = "arguments|execution|threads";
const WITHOUT: &str = "tsan";

/// `cargo xtask coverage [c] [rust] [--gaps]`; without a part, both.
///
/// # Errors
/// A failing test, missing tools, or a part below its bound.
pub fn run(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| !["c", "rust", "--gaps"].contains(&arg.as_str())) {
        bail!("usage: cargo xtask coverage [c] [rust] [--gaps]");
    }
    let given = |word: &str| args.iter().any(|arg| arg == word);
    let (c, rust, gaps) = (given("c"), given("rust"), given("--gaps"));
    setup::need(&["cmake", "clang", "sanitizers", "coverage"])?;
    let out = paths::target().join("coverage");
    let mut failures = Vec::new();
    if c || !rust {
        println!("---- the device side by the C suite, each compiled copy of a function separately");
        let export = measure(&out.join("c"), c_suite)?;
        failures.extend(judge(&Report::new(&export, paths::root(), Copies::Apart)?, DEVICE, gaps)?);
    }
    if rust || !c {
        println!("---- by the Rust tests");
        let export = measure(&out.join("rust"), rust_tests)?;
        failures.extend(judge(&Report::new(&export, paths::root(), Copies::Together)?, TESTED_IN_RUST, gaps)?);
    }
    if !failures.is_empty() {
        bail!("below the bound:\n{}", failures.join("\n"));
    }
    Ok(())
}

/// Runs tests that write profiles to a directory; returns the result of `llvm-cov export` for their programs.
fn measure(out: &Path, tests: fn(&Path, &Path) -> Result<Vec<PathBuf>>) -> Result<Value> {
    let profiles = out.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    fs::create_dir_all(&profiles)?;
    let programs = tests(out, &profiles.join("%p-%m.profraw"))?;
    if programs.is_empty() {
        bail!("no test program was built");
    }
    let tools = PathBuf::from(format!("/usr/lib/llvm-{}/bin", setup::rust_llvm()?));
    let merged = out.join("merged.profdata");
    Cmd::new(tools.join("llvm-profdata"))
        .args(["merge", "-sparse", "-o"])
        .arg(&merged)
        .arg(&profiles)
        .capture()
        .context("the tests wrote no profiles")?;
    let mut export = Cmd::new(tools.join("llvm-cov")).args(["export", "-format=text"]);
    export = export.arg(format!("-instr-profile={}", merged.display()));
    for program in &programs {
        export = export.arg("-object").arg(program);
    }
    serde_json::from_str(&export.capture()?).context("what llvm-cov wrote")
}

/// The C suite on an instrumented library; returns its programs. The library contains the profiler's runtime.
fn c_suite(out: &Path, profiles: &Path) -> Result<Vec<PathBuf>> {
    let build = out.join("build");
    // With --target, cargo keeps RUSTFLAGS away from programs that run while it builds.
    let host = setup::rust_host()?;
    Cmd::new("cmake")
        .args(["-S", ".", "-B"])
        .arg(&build)
        .args(["-DCMAKE_BUILD_TYPE=None", "-DBUILD_TESTING=ON", "-DTVM_EMBEDDED_SHARED=OFF"])
        .args(["-DTVM_EMBEDDED_BUILD_TOOL=OFF", "-DTVM_EMBEDDED_KEEP_BUILTINS=ON"])
        .arg(format!("-DTVM_EMBEDDED_RUST_TARGET={host}"))
        // The symbol that links the code that writes the profile at the end.
        .arg("-DCMAKE_EXE_LINKER_FLAGS=-Wl,-u,__llvm_profile_runtime")
        .dir(paths::root())
        .capture()?;
    Cmd::new("cmake")
        .arg("--build")
        .arg(&build)
        .args(["--parallel", "2"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        // Incremental code has other regions, and cargo does not build it again when the variable changes.
        .env("CARGO_INCREMENTAL", "0")
        .capture()?;
    let ctest = || {
        let command = Cmd::new("ctest").arg("--test-dir").arg(&build).args(["--label-regex", LABELS]);
        command.args(["--exclude-regex", WITHOUT, "--no-tests=error"]).env("LLVM_PROFILE_FILE", profiles)
    };
    ctest().args(["--output-on-failure", "--timeout", "300"]).run()?;
    let list: Value = serde_json::from_str(&ctest().arg("--show-only=json-v1").capture()?)?;
    let tests = list["tests"].as_array().context("ctest names no tests")?;
    // Some tests are scripts that only read files.
    let commands = tests.iter().filter_map(|test| test["command"][0].as_str()).map(PathBuf::from);
    Ok(commands.filter(|command| command.starts_with(&build)).collect())
}

/// The Rust tests of [`PACKAGES`]; returns the test programs.
///
/// Only these crates are instrumented, by a wrapper around the compiler, so their dependencies are built once for this and
/// for the ordinary tests.
fn rust_tests(out: &Path, profiles: &Path) -> Result<Vec<PathBuf>> {
    let wrapper = out.join("instrumented-rustc.sh");
    let text = format!("#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\" {FLAGS}\n");
    // Not written if unchanged, so that nothing is built again.
    if !fs::read_to_string(&wrapper).is_ok_and(|old| old == text) {
        fs::write(&wrapper, text)?;
        Cmd::new("chmod").arg("+x").arg(&wrapper).capture()?;
    }
    let cargo = || {
        let mut command = Cmd::new("cargo").args(["test", "--locked", "--quiet"]).dir(paths::root());
        for package in PACKAGES {
            command = command.args(["--package", package]);
        }
        command
            .args(["--lib", "--bins", "--tests"])
            .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
            .env("LLVM_PROFILE_FILE", profiles)
    };
    let built = cargo().args(["--no-run", "--message-format=json"]).capture()?;
    cargo().arg("--no-fail-fast").run()?;
    let artifacts = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(artifacts.filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from)).collect())
}

/// Prints one line for each file and part, and what is not run; returns the parts that are below their bounds.
fn judge(report: &Report, parts: &[Part], gaps: bool) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    for part in parts {
        let mut total = counts::Counts::default();
        for (path, file) in report.files.iter().filter(|(path, _)| path.starts_with(part.folder)) {
            if let Some((_, why)) = NEVER_RUN.iter().find(|(name, _)| name == path) {
                if file.counts.is_touched() {
                    bail!("{path} is run by a test now: remove it from the list of files that can't be");
                }
                println!("{path:<40} not counted: {why}");
                continue;
            }
            println!("{path:<40} {}", file.counts);
            total += file.counts;
            let forbidden = |gap: &str| part.least == 100.0 || gap.ends_with(counts::LINE);
            for gap in file.gaps.iter().filter(|gap| gaps || forbidden(gap)) {
                println!("  {path}:{gap}");
            }
        }
        println!("{:<40} {total}", format!("{} in all", part.folder));
        let Part { folder, lines, least } = part;
        println!("{:<40} {lines} % of the lines, {least} % of the regions, {least} % of the branches\n", "  at least");
        if total.is_empty() {
            bail!("{}: nothing was measured", part.folder);
        }
        if !total.reaches(*lines, *least) {
            failures.push(format!("{folder}: {total}; the bounds are {lines} % and {least} %"));
        }
    }
    Ok(failures)
}
