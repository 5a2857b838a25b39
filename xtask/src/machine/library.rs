//! `libtvm_embedded.a` for a board's processor, as a release ships it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{paths, sysroot};

/// The directory that the C compilers search for `tvm_embedded.h`.
pub fn include_dir() -> PathBuf {
    paths::root().join("capi/include")
}

/// Makes sure that the library can be built for these boards. Faster for all at once than for each separately.
///
/// # Errors
/// As [`sysroot::path_for`].
pub fn prepare(boards: &[Board]) -> Result<()> {
    let targets: Vec<&str> = boards.iter().map(|board| board.rust_target.as_str()).collect();
    sysroot::path_for(&targets).map(|_| ())
}

/// Builds the library of this checkout for a board and returns the archive.
///
/// # Errors
/// If it doesn't compile, or the archive is not as expected.
pub fn build(board: &Board) -> Result<PathBuf> {
    build_from(paths::root(), board, &paths::target().join("firmware"))
}

/// The same, built once in a process: measurements link hundreds of images with it.
///
/// # Errors
/// As [`build`].
pub fn build_once(board: &Board) -> Result<PathBuf> {
    static BUILT: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(archive) = built.get(board.name) {
        return Ok(archive.clone());
    }
    let archive = build(board)?;
    built.insert(board.name, archive.clone());
    Ok(archive)
}

/// Builds the library of the workspace at `root` below the directory `out`.
///
/// # Errors
/// As [`build`].
pub fn build_from(root: &Path, board: &Board, out: &Path) -> Result<PathBuf> {
    let target = board.rust_target.as_str();
    let built = out.join("cargo");
    // Only one crate type: with a second one, cargo would not use link-time optimisation.
    cargo(&[target])?
        .dir(root)
        .args(["rustc", "--locked", "--release", "--lib", "--crate-type", "staticlib"])
        .args(["--package", "tvm_embedded_capi", "--target", target, "--target-dir"])
        .arg(&built)
        // Incremental builds are other code: the figures must not depend on who asks for them.
        .env("CARGO_INCREMENTAL", "0")
        .capture()
        .with_context(|| format!("the library for {target}"))?;
    let raw = built.join(target).join("release/libtvm_embedded.a");
    let archive = out.join(board.name).join("libtvm_embedded.a");
    fs::create_dir_all(out.join(board.name))?;
    fs::copy(&raw, &archive).with_context(|| raw.display().to_string())?;
    strip_builtins(board, &archive)?;
    Ok(archive)
}

/// A cargo that can build for these targets.
///
/// # Errors
/// As [`sysroot::path_for`].
pub fn cargo(targets: &[&str]) -> Result<Cmd> {
    with_sysroot(Cmd::new("cargo"), targets)
}

/// A command whose own calls of cargo can build for these targets.
///
/// # Errors
/// As [`sysroot::path_for`].
pub fn with_sysroot(command: Cmd, targets: &[&str]) -> Result<Cmd> {
    let Some(bin) = sysroot::path_for(targets)? else { return Ok(command) };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path)))?;
    // Both would bypass the cargo that is now first on PATH.
    Ok(command.env("PATH", path).env_remove("CARGO").env_remove("RUSTC"))
}

/// Removes Rust's own arithmetic helpers and memory functions: the C compiler provides them (libgcc, libc), and a firmware
/// should not have two of each. The rest must be one object: more would mean that link-time optimisation was off.
fn strip_builtins(board: &Board, archive: &Path) -> Result<()> {
    let members = members(board, archive)?;
    let builtins: Vec<&String> = members.iter().filter(|name| is_builtin(name)).collect();
    if !builtins.is_empty() {
        board.tool("ar").arg("d").arg(archive).args(builtins).capture()?;
    }
    let left = self::members(board, archive)?;
    if left.len() != 1 {
        bail!("{} holds {} objects instead of one: {}", archive.display(), left.len(), left.join(", "));
    }
    Ok(())
}

/// Makes sure that the archive contains nothing that a firmware does not need: intermediate code, debug information.
///
/// # Errors
/// If it does, or the archive can't be read.
pub fn check_clean(board: &Board, archive: &Path) -> Result<()> {
    let sections = board.tool("objdump").arg("-h").arg(archive).capture()?;
    for unwanted in [".llvmbc", ".llvmcmd", ".debug"] {
        if sections.contains(unwanted) {
            bail!("{} holds sections of the kind {unwanted}", archive.display());
        }
    }
    Ok(())
}

fn members(board: &Board, archive: &Path) -> Result<Vec<String>> {
    Ok(board.tool("ar").arg("t").arg(archive).capture()?.lines().map(str::to_owned).collect())
}

/// Whether an archive's member holds helpers: those written in Rust and, in rustup's core, those written in C, which are
/// named `<hash>-<function>.o`.
fn is_builtin(member: &str) -> bool {
    let in_c = member.split_once('-').is_some_and(|(hash, _)| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    member.starts_with("compiler_builtins") || in_c
}

/// The functions that the archive exports, sorted.
///
/// # Errors
/// When the archive can't be read.
pub fn exported(board: &Board, archive: &Path) -> Result<Vec<String>> {
    let symbols = board.tool("nm").args(["--extern-only", "--defined-only"]).arg(archive).capture()?;
    let mut names: Vec<String> =
        symbols.lines().filter_map(|line| line.split_once(" T ")).map(|(_, name)| name.to_owned()).collect();
    names.sort();
    Ok(names)
}
