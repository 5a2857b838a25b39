//! `cargo xtask docs`: the documentation of the crates and of the C header, built without a warning.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// Builds both; the C header's is in `target/doc/c/html`.
///
/// # Errors
/// A warning of rustdoc or Doxygen, or missing tools.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask docs");
    }
    setup::need(&["docs"])?;
    Cmd::new("cargo")
        .args(["doc", "--workspace", "--exclude", "tvm-embedded", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .dir(paths::root())
        .capture()?;
    // Its library has the same name as the C library, and so the same output directory.
    Cmd::new("cargo")
        .args(["doc", "--package", "tvm-embedded", "--no-deps", "--target-dir"])
        .arg(paths::target().join("doc-rust"))
        .env("RUSTDOCFLAGS", "-D warnings")
        .dir(paths::root())
        .capture()?;
    println!("the crates: {}", paths::target().join("doc").display());
    let out = paths::target().join("doc/c");
    doxygen(&out)?;
    println!("the C header: {}", out.join("html").display());
    Ok(())
}

/// Builds the documentation of the C header in the directory `out`, beginning with `index.html`. Doxygen must be installed.
///
/// # Errors
/// A warning of Doxygen.
pub fn c_header(out: &Path) -> Result<()> {
    let whole = tempfile::tempdir()?;
    doxygen(whole.path())?;
    Cmd::new("cp").arg("-r").arg(whole.path().join("html")).arg(out).run()
}

/// Runs Doxygen; the pages are in `out`/html.
fn doxygen(out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    // The directory in the file is the default; cargo's may be another.
    let settings = fs::read_to_string(paths::root().join("docs/Doxyfile"))?;
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), format!("{settings}\nOUTPUT_DIRECTORY = {}\n", out.display()))?;
    let outcome = Cmd::new("doxygen").arg(file.path()).dir(paths::root()).outcome()?;
    if outcome.code != 0 || !outcome.stderr.trim().is_empty() {
        bail!("Doxygen ended with exit code {}:\n{}", outcome.code, outcome.stderr);
    }
    Ok(())
}
