//! `cargo xtask fuzz [TARGET] [SECONDS]`: hostile input for everything that reads files, driven by libFuzzer.
//!
//! What is tried and what must hold stands in `fuzz/src`. Every run starts from the committed corpus and keeps what it
//! finds below `target/fuzz-corpus`; an input that breaks a promise is copied to `fuzz/corpus` by hand, with its fix. The
//! tests replay that corpus on any toolchain; libFuzzer itself needs a nightly one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::Cmd;

/// The programs in `fuzz/fuzz_targets`.
const TARGETS: [&str; 5] = ["archive", "metadata", "structured", "names", "tflite"];

/// Seconds for each target where the user names none.
const SECONDS: u32 = 60;

/// The version that is installed where none is found.
const CARGO_FUZZ: &str = "0.13.2";

/// `cargo xtask fuzz [TARGET] [SECONDS]`; without a target, all in turn.
///
/// # Errors
/// Wrong arguments, missing tools, or an input that breaks a promise.
pub fn run(args: &[String]) -> Result<()> {
    let usage = || format!("usage: cargo xtask fuzz [{}] [SECONDS]", TARGETS.join("|"));
    let (targets, rest) = match args.split_first() {
        Some((name, rest)) if name.parse::<u32>().is_err() => {
            let target = TARGETS.iter().find(|target| *target == name).with_context(usage)?;
            (vec![*target], rest)
        }
        _ => (TARGETS.to_vec(), args),
    };
    let seconds = match rest {
        [] => SECONDS,
        [seconds] => seconds.parse().ok().with_context(usage)?,
        _ => bail!(usage()),
    };
    need()?;
    for target in targets {
        fuzz(target, seconds)?;
    }
    Ok(())
}

/// Replays the committed corpus, and compiles what is generated for odd names. Needs no nightly toolchain.
///
/// # Errors
/// When a test fails.
pub fn replay() -> Result<()> {
    Cmd::new("cargo")
        .args(["test", "--quiet", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(paths::target())
        .dir(paths::root())
        .run()
}

fn need() -> Result<()> {
    if Cmd::new("cargo").args(["+nightly", "--version"]).capture().is_err() {
        bail!("libFuzzer's instrumentation needs a nightly toolchain of rustup; `cargo xtask test fuzz` does not");
    }
    if paths::program("cargo-fuzz").is_none() {
        println!("installing cargo-fuzz {CARGO_FUZZ}");
        Cmd::new("cargo")
            .args(["install", "--quiet", "--locked", "--debug", "cargo-fuzz", "--version", CARGO_FUZZ])
            .run()?;
    }
    Ok(())
}

fn fuzz(target: &str, seconds: u32) -> Result<()> {
    let root = paths::root();
    let grown = paths::target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&grown)?;
    let findings = paths::target().join("fuzz-findings").join(target);
    fs::create_dir_all(&findings)?;
    println!("{target}: {seconds} s");
    let limits = ["-rss_limit_mb=1024", "-malloc_limit_mb=256", "-timeout=10", "-print_final_stats=1"];
    let mut command = Cmd::new("cargo")
        .args(["+nightly", "fuzz", "run", "--fuzz-dir", "fuzz", "--features", "libfuzzer", "--target-dir"])
        .arg(paths::target().join("fuzz"))
        .arg(target)
        .arg(&grown)
        .arg(root.join("fuzz/corpus").join(target))
        .arg("--")
        .args(limits)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .dir(root);
    let words = root.join("fuzz/words").join(format!("{target}.dict"));
    if Path::new(&words).exists() {
        command = command.arg(format!("-dict={}", words.display()));
    }
    command.run().with_context(|| format!("an input that breaks a promise lies in {}", findings.display()))
}
