//! The Python package: a wheel and a source distribution, and the package's tests in an otherwise empty environment.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use crate::measure::firmware;

/// Builds the wheel of a release, with the libraries of all cores, and the source distribution; returns the wheel.
///
/// # Errors
/// When Python is missing or the backend fails.
pub fn build(release: &Path, out: &Path) -> Result<PathBuf> {
    made(backend().env("TVM_EMBEDDED_RELEASE", release), out)
}

/// `cargo xtask python`: a wheel with only the program, installed into an environment of its own and tested there.
///
/// # Errors
/// When the wheel can't be built or installed, or a test fails.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask python");
    }
    setup::need(&["oracle", "cmake"])?;
    try_out(&alone()?, &paths::target().join("python/venv"))
}

/// Builds a wheel with the program, without libraries.
///
/// # Errors
/// As [`build`].
pub fn alone() -> Result<PathBuf> {
    let backend = backend().env_remove("TVM_EMBEDDED_RELEASE").env("TVM_EMBEDDED_TOOL", firmware::tool()?);
    made(backend, &paths::target().join("python/dist"))
}

fn backend() -> Cmd {
    Cmd::new("python3").arg(paths::root().join("python/wheel.py"))
}

fn made(backend: Cmd, out: &Path) -> Result<PathBuf> {
    let printed = backend.arg(out).dir(paths::root()).capture()?;
    let name = printed.lines().find(|line| line.ends_with(".whl"));
    Ok(out.join(name.with_context(|| format!("no wheel in\n{printed}"))?))
}

/// Installs a wheel and runs the package's tests with it.
///
/// # Errors
/// When it can't be installed, or a test fails.
pub fn try_out(wheel: &Path, venv: &Path) -> Result<()> {
    let python = venv.join("bin/python");
    let pip = |words: &[&str]| {
        let pip = Cmd::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(words).arg(wheel).capture()
    };
    if !python.is_file() {
        fs::create_dir_all(venv)?;
        Cmd::new("python3").args(["-m", "venv", "--clear"]).arg(venv).capture()?;
    }
    // Its dependencies are installed once, the package itself each time.
    pip(&[])?;
    pip(&["--no-deps", "--force-reinstall"])?;
    let tests = paths::root().join("python/tests");
    let report = Cmd::new(&python)
        .args(["-m", "unittest", "discover", "--start-directory"])
        .arg(&tests)
        .env("TVM_EMBEDDED_MODELS", paths::root().join("models"))
        // The installed program, and the package as installed.
        .env_remove("TVM_EMBEDDED_TOOL")
        .env_remove("PYTHONPATH")
        .dir(venv)
        .outcome()?;
    let said = report.stdout + &report.stderr;
    if report.code != 0 || !said.contains("Ran ") {
        bail!("the tests of {} failed\n{said}", wheel.display());
    }
    println!("{}", said.lines().find(|line| line.starts_with("Ran ")).unwrap_or_default());
    Ok(())
}
