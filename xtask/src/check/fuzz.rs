//! `cargo xtask fuzz`: hostile input for everything that reads files, driven by libFuzzer.
//!
//! `fuzz/src` says what is tested and what must hold. libFuzzer is C++ code in its crate, built with the C++ compiler;
//! coverage comes from LLVM's own pass, which every rustc has: no nightly toolchain, no other program.
//!
//! AddressSanitizer is off by default: the tested code is safe Rust (`forbid(unsafe_code)`), so that it could only find faults
//! in a few dependencies. Without it, inputs are processed faster, memory use is that of a user's program, and memory limits
//! are meaningful: 256 MiB for the process here, and a limit by the length of the input in `fuzz/src/memory.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::machine::process::{Cmd, Outcome};
use crate::machine::{paths, setup};

/// The programs in `fuzz/fuzz_targets`, those that explore most first.
const TARGETS: [&str; 6] = ["tflite", "structured", "archive", "compiled", "metadata", "names"];

/// Default number of seconds for each target, also used in the tests.
const SECONDS: u32 = 60;

/// The seed of the tests: always the same, so that the tests fail only because of a change.
const SEED: u32 = 1;

/// Targets that run at once.
const AT_ONCE: usize = 2;

/// The longest generated input, in bytes: enough for the structure of a file, and processed quickly.
const LONGEST: usize = 1 << 16;

/// Memory of the process, in MiB: the limit that `docs/security.md` states for the tool.
const MEMORY: u32 = 256;

/// Seconds of elapsed time for one input, which includes other work of a busy machine.
/// `docs/security.md` states 10 s of processor time, and `fuzz/tests/bounds.rs` checks that.
const TIMEOUT: u32 = 30;

const USAGE: &str = "usage: cargo xtask fuzz [TARGET] [SECONDS | FILE...] [--seed N] [--asan]";

/// The parsed command line.
#[derive(Debug, PartialEq)]
struct Options {
    targets: Vec<&'static str>,
    work: Work,
    seed: u32,
    asan: bool,
}

#[derive(Debug, PartialEq)]
enum Work {
    Search { seconds: u32 },
    Replay { files: Vec<PathBuf> },
}

/// `cargo xtask fuzz [TARGET] [SECONDS | FILE...]`; without a target, all. Files are passed to the target once.
///
/// New inputs are kept below `target/fuzz-corpus`, and the next run starts from them.
///
/// # Errors
/// Wrong arguments, missing tools, or an input that makes a target fail.
pub fn run(args: &[String]) -> Result<()> {
    let options = options(args)?;
    let programs = build(options.asan)?;
    match &options.work {
        Work::Search { seconds } => {
            let grown = paths::target().join("fuzz-corpus");
            search(&programs, &options.targets, *seconds, options.seed, &grown)
        }
        Work::Replay { files } => {
            let program = Cmd::new(programs.join(options.targets[0])).env("RUST_BACKTRACE", "0");
            program.args(limits()).args(files).run()
        }
    }
}

/// A minute for each target, with the committed corpus only.
///
/// # Errors
/// As [`run`].
pub fn minute() -> Result<()> {
    let fresh = tempfile::tempdir()?;
    search(&build(false)?, &TARGETS, SECONDS, SEED, fresh.path())
}

/// Replays the committed corpus as ordinary tests, and compiles the C generated for unusual names.
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

fn options(args: &[String]) -> Result<Options> {
    let mut options =
        Options { targets: TARGETS.to_vec(), work: Work::Search { seconds: SECONDS }, seed: SEED, asan: false };
    let (mut files, mut named) = (Vec::new(), false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if let Some(target) = TARGETS.iter().find(|target| *target == arg).filter(|_| !named) {
            options.targets = vec![target];
            named = true;
        } else if arg == "--asan" {
            options.asan = true;
        } else if arg == "--seed" {
            options.seed = args.next().and_then(|n| n.parse().ok()).context(USAGE)?;
        } else if let Ok(seconds) = arg.parse() {
            options.work = Work::Search { seconds };
        } else if named && !arg.starts_with('-') {
            files.push(PathBuf::from(arg));
        } else {
            bail!("{USAGE}\ntargets: {}", TARGETS.join(", "));
        }
    }
    if !files.is_empty() {
        options.work = Work::Replay { files };
    }
    Ok(options)
}

/// Builds the programs; returns their directory.
fn build(asan: bool) -> Result<PathBuf> {
    setup::need(&["cmake"])?;
    let version = Cmd::new("rustc").arg("-vV").capture()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    // LLVM's coverage of edges and comparisons, in the form that libFuzzer reads.
    let mut flags = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
        .to_owned();
    let folder = paths::target().join(if asan { "fuzz-asan" } else { "fuzz" });
    // Named, although it is the host: build scripts and macros then do not get the flags.
    let mut command = Cmd::new("cargo")
        .args(["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml"])
        .args(["--features", "libfuzzer", "--target", host, "--target-dir"])
        .arg(&folder)
        .dir(paths::root());
    if asan {
        flags += " -Zsanitizer=address";
        command = command.env("RUSTC_BOOTSTRAP", "1");
    }
    command.env("RUSTFLAGS", flags).capture()?;
    Ok(folder.join(host).join("release"))
}

fn limits() -> [String; 3] {
    [format!("-rss_limit_mb={MEMORY}"), format!("-timeout={TIMEOUT}"), format!("-max_len={LONGEST}")]
}

/// Runs some of the programs, two at once; reports the results at the end.
fn search(programs: &Path, targets: &[&'static str], seconds: u32, seed: u32, grown: &Path) -> Result<()> {
    println!("{seconds} s for each of: {}; seed {seed}", targets.join(", "));
    let queue = Mutex::new(targets.iter());
    let next = || queue.lock().ok()?.next();
    let worker = || {
        let mut done = Vec::new();
        while let Some(target) = next() {
            done.push(one(programs, target, seconds, seed, grown));
        }
        done
    };
    let ends: Vec<Result<String>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE.min(targets.len())).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    if ends.len() != targets.len() {
        bail!("{} of {} targets were run", ends.len(), targets.len());
    }
    let mut broken = Vec::new();
    for end in ends {
        match end {
            Ok(line) => println!("{line}"),
            Err(error) => broken.push(format!("{error:#}")),
        }
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n\n"));
    }
    Ok(())
}

/// Runs one program; returns its result in a line.
fn one(programs: &Path, target: &str, seconds: u32, seed: u32, grown: &Path) -> Result<String> {
    let grown = grown.join(target);
    let findings = paths::target().join("fuzz-findings").join(target);
    if findings.exists() {
        fs::remove_dir_all(&findings)?;
    }
    fs::create_dir_all(&findings)?;
    fs::create_dir_all(&grown)?;
    let mut command = Cmd::new(programs.join(target))
        .arg(&grown)
        .arg(paths::root().join("fuzz/corpus").join(target))
        .arg(unpacked(target)?)
        .args(limits())
        .args([format!("-max_total_time={seconds}"), format!("-seed={seed}"), "-print_final_stats=1".to_owned()])
        .arg(format!("-artifact_prefix={}/", findings.display()))
        // A backtrace takes more memory than an input may, and would stop before its end.
        .env("RUST_BACKTRACE", "0")
        // It stops by itself; this is in case it does not.
        .timeout(Duration::from_secs(u64::from(seconds) * 2 + 120));
    let words = paths::root().join("fuzz/words").join(format!("{target}.dict"));
    if words.exists() {
        command = command.arg(format!("-dict={}", words.display()));
    }
    let outcome = command.outcome()?;
    if outcome.code == 0 && !outcome.timed_out {
        return summary(target, &outcome.stderr);
    }
    bail!("{}", failure(target, &findings, &outcome));
}

/// The directory with the packed inputs of a target's corpus.
fn unpacked(target: &str) -> Result<PathBuf> {
    let directory = paths::target().join("fuzz-packed").join(target);
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    let packed = paths::root().join("fuzz/corpus").join(target).with_extension("tar");
    if packed.exists() {
        Cmd::new("tar").arg("-xf").arg(packed).arg("-C").arg(&directory).capture()?;
    }
    Ok(directory)
}

/// The result of a program. Without inputs or coverage it has not searched.
fn summary(target: &str, log: &str) -> Result<String> {
    let number = |name: &str| -> Option<u64> {
        let line = log.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name))?;
        line.trim_start_matches(':').trim().parse().ok()
    };
    let runs = number("number_of_executed_units").context("libFuzzer printed no statistics")?;
    let memory = number("peak_rss_mb").context("libFuzzer printed no statistics")?;
    let edges = log.lines().rev().find_map(|line| line.split_once(" cov: ")?.1.split(' ').next()?.parse::<u64>().ok());
    match edges {
        Some(edges) if edges > 100 && runs > 100 => {
            Ok(format!("{target:<12} {runs:>9} inputs, {edges:>6} edges, at most {memory} MB"))
        }
        _ => bail!("{target}: {runs} inputs, {edges:?} edges: nothing was searched"),
    }
}

/// How a program failed, and how to reproduce it, also on another machine.
fn failure(target: &str, findings: &Path, outcome: &Outcome) -> String {
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let mut text = lines[lines.len().saturating_sub(60)..].join("\n");
    text += &format!("\n{target}: exit code {}", outcome.code);
    if outcome.timed_out {
        text += "; it did not end";
    }
    let files = fs::read_dir(findings).into_iter().flatten().flatten().map(|entry| entry.path());
    for file in files {
        text += &format!(
            "\nan input that makes the target fail: {}\n  reproduce it: cargo xtask fuzz {target} FILE",
            file.display()
        );
        if let Ok(base64) = Cmd::new("base64").args(["-w", "0"]).arg(&file).capture() {
            text += &format!("\n  if the file is missing: echo {base64} | base64 -d > FILE");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options> {
        options(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_command_line() {
        let plain = parsed("").unwrap();
        assert_eq!((plain.targets.len(), plain.work), (6, Work::Search { seconds: SECONDS }));
        let timed = parsed("names 5 --seed 7 --asan").unwrap();
        assert_eq!((timed.targets, timed.work), (vec!["names"], Work::Search { seconds: 5 }));
        assert_eq!((timed.seed, timed.asan), (7, true));
        let files = parsed("tflite some/file other").unwrap();
        assert_eq!(files.work, Work::Replay { files: vec!["some/file".into(), "other".into()] });
        for wrong in ["name", "--seed", "--seed x", "names --no-such", "-1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_search_without_inputs_or_coverage_has_failed() {
        let log = |runs: u32, edges: u32| {
            format!(
                "#9 DONE   cov: {edges} ft: 9 corp: 2/3b\nstat::number_of_executed_units: {runs}\nstat::peak_rss_mb:   44\n"
            )
        };
        assert_eq!(
            summary("names", &log(5000, 900)).unwrap(),
            "names             5000 inputs,    900 edges, at most 44 MB"
        );
        assert!(summary("names", &log(5000, 3)).is_err());
        assert!(summary("names", &log(2, 900)).is_err());
        assert!(summary("names", "").is_err());
    }

    /// The list here, the programs and their corpora.
    #[test]
    fn every_target_is_known() {
        let mut known = TARGETS.map(str::to_owned).to_vec();
        known.sort();
        for folder in ["fuzz/fuzz_targets", "fuzz/corpus"] {
            let entries = fs::read_dir(paths::root().join(folder)).unwrap();
            let mut found: Vec<String> = entries
                .filter_map(|entry| Some(entry.unwrap().path().file_stem()?.to_str()?.to_owned()))
                .filter(|name| name != "README")
                .collect();
            found.sort();
            found.dedup();
            assert_eq!(found, known, "{folder}");
        }
    }
}
