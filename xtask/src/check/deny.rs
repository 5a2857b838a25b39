//! `cargo xtask deny`: the project's dependencies: licences, known vulnerabilities, sources, duplicates.
//!
//! The rules are in `deny.toml`. That the runtime has no dependencies is checked here, without another tool.

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;

/// The version that is installed if none is found.
const CARGO_DENY: &str = "0.20.2";

/// The checks of cargo-deny, except for known vulnerabilities, whose list must be downloaded.
const OFFLINE: [&str; 3] = ["licenses", "bans", "sources"];

/// `cargo xtask deny`. If the list of vulnerabilities can't be downloaded, this is reported but is not an error.
///
/// # Errors
/// A dependency against the rules, or a dependency of the runtime.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask deny");
    }
    runtime_has_none()?;
    if paths::cargo_program("cargo-deny").is_none() {
        println!("installing cargo-deny {CARGO_DENY}");
        Cmd::new("cargo").args(["install", "--locked", "--debug", "cargo-deny", "--version", CARGO_DENY]).capture()?;
    }
    let program = paths::cargo_program("cargo-deny").context("cargo-deny is installed, but not where cargo says")?;
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let deny = || {
            let command = Cmd::new(&program).args([
                "--manifest-path",
                manifest,
                "--workspace",
                "--locked",
                "--config",
                "deny.toml",
            ]);
            command.dir(paths::root())
        };
        deny()
            .args([
                "check",
                "--hide-inclusion-graph",
                "--allow",
                "license-not-encountered",
                "--allow",
                "license-exception-not-encountered",
                "--allow",
                "unmatched-skip",
            ])
            .args(OFFLINE)
            .run()?;
        let known = deny().args(["check", "advisories"]).outcome()?;
        let fetched =
            !["failed to fetch advisory database", "failed to clone", "Could not resolve host", "unable to access"]
                .iter()
                .any(|text| known.stderr.contains(text));
        match (known.code, fetched) {
            (0, _) => println!("{manifest}: no known vulnerability"),
            (_, false) => println!("SKIPPED: {manifest}: the list of known vulnerabilities can't be downloaded here"),
            _ => bail!("{manifest}:\n{}", known.stderr),
        }
    }
    Ok(())
}

/// The library that firmware links consists only of this project's two crates.
///
/// # Errors
/// If it does not.
pub fn runtime_has_none() -> Result<()> {
    let tree = Cmd::new("cargo")
        .args(["tree", "--locked", "--package", "tvm_embedded_capi", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}"])
        .dir(paths::root())
        .capture()?;
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if names != ["tvm_embedded_capi", "tvm_embedded_core"] {
        bail!("the runtime depends on {}", names.join(", "));
    }
    let lock = std::fs::read_to_string(paths::root().join("Cargo.lock")).context("Cargo.lock")?;
    if lock.contains("source = \"git+") {
        bail!("a dependency comes from a repository instead of the registry");
    }
    println!("the runtime depends on nothing");
    Ok(())
}
