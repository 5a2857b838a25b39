//! `cargo xtask mutants [PART...]`: do the tests notice faults? Known ones are injected first (`gates.rs`); then
//! cargo-mutants changes the source in one place after the other, in a copy of the tree, and each time a test must fail.
//!
//! A mutant that no test notices fails the verb. Those that no test *can* notice are listed in `.cargo/mutants.toml`, with their
//! reasons. Takes from minutes (`core`) to an hour and more (all): run it after changes of a part and before a release.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::check::gates;
use crate::machine::paths;
use crate::machine::process::Cmd;

/// The part that injects known faults and runs every gate, not only the Rust tests.
const KNOWN: &str = "known";

/// The version that is installed if none is found.
const CARGO_MUTANTS: &str = "27.1.0";

/// Source that is mutated, and the tests that must notice.
struct Part {
    name: &'static str,
    package: &'static str,
    /// Where the tests are when they are not in the package itself.
    tests_in: Option<&'static str>,
    /// Files; empty: all of the package.
    files: &'static [&'static str],
    /// Test programs; empty: all. Long ones that find nothing more than others are left out.
    tests: &'static [&'static str],
}

const PARTS: [Part; 4] = [
    Part { name: "core", package: "tvm_embedded_core", tests_in: None, files: &[], tests: &[] },
    // The library itself has no Rust tests: the crate that contains it runs the C suite on it.
    Part { name: "capi", package: "tvm_embedded_capi", tests_in: Some("tvm_embedded_runtime"), files: &[], tests: &[] },
    Part {
        name: "archives",
        package: "tvm_embedded_mlf",
        tests_in: None,
        files: &[
            "host/mlf/src/container/archive.rs",
            "host/mlf/src/container/checks.rs",
            "host/mlf/src/foreign_text.rs",
            "host/mlf/src/metadata/json.rs",
            "host/mlf/src/metadata/mod.rs",
            "host/mlf/src/names/mod.rs",
        ],
        tests: &["container", "names", "refusals", "variants", "writer"],
    },
    Part {
        name: "identifiers",
        package: "tvm_embedded_interface",
        tests_in: None,
        files: &[
            "host/interface/src/checked/names.rs",
            "host/interface/src/checked/symbols.rs",
            "host/interface/src/text.rs",
        ],
        tests: &["unusual"],
    },
];

/// The results of the mutants of a part.
#[derive(Debug, PartialEq)]
struct Figures {
    /// All, except those in the list of exceptions.
    mutants: u64,
    /// A test failed.
    caught: u64,
    /// The tests did not end: the mutant has an endless loop.
    timeouts: u64,
    /// The mutant did not compile.
    unviable: u64,
    /// No test noticed.
    survivors: Vec<String>,
}

/// `cargo xtask mutants [known [FAULT...]] [PART...]`; without arguments the known faults, then all parts in turn.
///
/// # Errors
/// A mutant that survives, an exception that no longer matches the source, wrong arguments or missing tools.
pub fn run(args: &[String]) -> Result<()> {
    let (faults, args): (Vec<String>, Vec<String>) =
        args.iter().cloned().partition(|arg| arg == KNOWN || gates::is_fault(arg));
    if let Some(unknown) = args.iter().find(|arg| PARTS.iter().all(|part| part.name != *arg)) {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!("no part '{unknown}'; there are: {KNOWN}, {}", names.join(", "));
    }
    if args.is_empty() || !faults.is_empty() {
        let named: Vec<String> = faults.iter().filter(|arg| *arg != KNOWN).cloned().collect();
        gates::run(&named)?;
    }
    if args.is_empty() && !faults.is_empty() {
        return Ok(());
    }
    need()?;
    check_exceptions()?;
    let mut lines = Vec::new();
    let mut survivors = Vec::new();
    for part in PARTS.iter().filter(|part| args.is_empty() || args.iter().any(|arg| arg == part.name)) {
        let start = Instant::now();
        let figures = mutate(part)?;
        lines.push(format!(
            "{:<12} {:>4} mutants: {:>4} caught, {:>2} timeouts, {:>3} unviable, {:>2} survivors {:>6} s",
            part.name,
            figures.mutants,
            figures.caught,
            figures.timeouts,
            figures.unviable,
            figures.survivors.len(),
            start.elapsed().as_secs()
        ));
        survivors.extend(figures.survivors);
    }
    println!("\n{}", lines.join("\n"));
    if !survivors.is_empty() {
        bail!("no test notices:\n{}", survivors.join("\n"));
    }
    Ok(())
}

fn need() -> Result<()> {
    if paths::cargo_program("cargo-mutants").is_none() {
        println!("installing cargo-mutants {CARGO_MUTANTS}");
        Cmd::new("cargo").args(["install", "--locked", "cargo-mutants", "--version", CARGO_MUTANTS]).capture()?;
    }
    Ok(())
}

fn cargo_mutants() -> Cmd {
    // Debug information would only make the many builds slower.
    Cmd::new("cargo").arg("mutants").dir(paths::root()).env("CARGO_PROFILE_DEV_DEBUG", "0")
}

fn mutate(part: &Part) -> Result<Figures> {
    let out = paths::target().join("mutants").join(part.name);
    let results = out.join("mutants.out");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    fs::create_dir_all(&out)?;
    println!("\n==== {}", part.name);
    let mut command = cargo_mutants().args(["--no-shuffle", "--package", part.package, "--output"]).arg(&out);
    for file in part.files {
        command = command.args(["--file", file]);
    }
    if let Some(tests_in) = part.tests_in {
        command = command.args(["--test-package", tests_in]);
    }
    if !part.tests.is_empty() {
        command = command.arg("--cargo-arg=--lib");
    }
    for test in part.tests {
        command = command.arg(format!("--cargo-arg=--test={test}"));
    }
    // 2: there are survivors; 3: there were timeouts.
    let code = command.status()?;
    if !matches!(code, 0 | 2 | 3) {
        bail!("cargo-mutants ended with exit code {code}");
    }
    figures(&results)
}

fn figures(results: &Path) -> Result<Figures> {
    let read = |name: &str| fs::read_to_string(results.join(name)).with_context(|| name.to_owned());
    let outcomes: Value = serde_json::from_str(&read("outcomes.json")?)?;
    let count = |key: &str| outcomes[key].as_u64().with_context(|| format!("outcomes.json has no '{key}'"));
    let figures = Figures {
        mutants: count("total_mutants")?,
        caught: count("caught")?,
        timeouts: count("timeout")?,
        unviable: count("unviable")?,
        survivors: read("missed.txt")?.lines().map(str::to_owned).collect(),
    };
    let judged = figures.caught + figures.timeouts + figures.unviable + figures.survivors.len() as u64;
    if figures.caught == 0 || judged != figures.mutants {
        bail!("cargo-mutants did not finish: {figures:?}");
    }
    Ok(figures)
}

/// Each exception must still match a mutant of a part that is tested.
fn check_exceptions() -> Result<()> {
    let settings = fs::read_to_string(paths::root().join(".cargo/mutants.toml")).context(".cargo/mutants.toml")?;
    for exception in exceptions(&settings) {
        let mut listed = String::new();
        for part in &PARTS {
            let mut list =
                cargo_mutants().args(["--list", "--no-config", "--package", part.package, "--re", exception]);
            for file in part.files {
                list = list.args(["--file", file]);
            }
            listed += &list.capture()?;
        }
        if listed.trim().is_empty() {
            bail!(".cargo/mutants.toml: no mutant matches '{exception}' any more");
        }
        println!("left out: {} like '{exception}'", listed.lines().count());
    }
    Ok(())
}

/// The regular expressions in our own settings, one on each line, in single quotes.
fn exceptions(settings: &str) -> impl Iterator<Item = &str> {
    settings.lines().filter_map(|line| line.trim().strip_prefix('\'')?.strip_suffix("',"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_read() {
        let settings = "# why\nexclude_re = [\n    # reason\n    'a \\| b',\n    'c',\n]\n";
        assert_eq!(exceptions(settings).collect::<Vec<_>>(), ["a \\| b", "c"]);
    }

    #[test]
    fn every_file_of_a_part_exists() {
        for part in &PARTS {
            let (package, _) = part.files.first().and_then(|file| file.split_once("src/")).unwrap_or_default();
            let tests = paths::root().join(package).join("tests");
            let programs = part.tests.iter().map(|test| {
                let alone = tests.join(format!("{test}.rs"));
                if alone.is_file() { alone } else { tests.join(test).join("main.rs") }
            });
            for file in part.files.iter().map(|file| paths::root().join(file)).chain(programs) {
                assert!(file.is_file(), "{}: {}", part.name, file.display());
            }
        }
    }

    #[test]
    fn an_interrupted_run_is_not_a_result() {
        let folder = tempfile::tempdir().unwrap();
        let write = |caught: u32| {
            let outcomes =
                format!("{{\"total_mutants\":5,\"caught\":{caught},\"timeout\":1,\"unviable\":1,\"missed\":1}}");
            fs::write(folder.path().join("outcomes.json"), outcomes).unwrap();
        };
        fs::write(folder.path().join("missed.txt"), "src/a.rs:1:1: delete !\n").unwrap();
        write(2);
        let figures = figures(folder.path()).unwrap();
        assert_eq!((figures.mutants, figures.survivors.len()), (5, 1));
        write(1);
        assert!(super::figures(folder.path()).is_err());
    }
}
