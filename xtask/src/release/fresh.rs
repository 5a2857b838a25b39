//! `cargo xtask fresh [demo] [test [STEP...]]`: the README's commands as a new user runs them. A minimal Debian
//! is made below `target/fresh` with debootstrap, gets a C compiler, Python, git and the running Rust toolchain, and a clone
//! of this checkout; then both commands must succeed in it. `cargo xtask fresh wheel [FILE]`: the Python package in such a one, and
//! a firmware with its CMake package.
//!
//! Takes 3 GB, and as long as the commands take on a machine that has nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{heartbeat, paths, setup};
use crate::release::debian::{Root, TOOLCHAIN};
use crate::release::fresh_wheel;

/// What a machine must have according to the README, besides Rust.
const PACKAGES: &[&str] = &["gcc", "libc6-dev", "python3", "git", "ca-certificates"];

/// Where the clone is inside.
const CLONE: &str = "root/tvm_embedded";

/// Runs both commands, or those named, in a new root.
///
/// # Errors
/// Without root, when the new root can't be made, or when a command fails in it.
pub fn run(args: &[String]) -> Result<()> {
    match args {
        [wheel] if wheel == "wheel" => return fresh_wheel::run(None),
        [wheel, file] if wheel == "wheel" => return fresh_wheel::run(Some(Path::new(file))),
        _ => (),
    }
    let commands = commands(args)?;
    let root = Root::make(paths::target().join("fresh/root"), PACKAGES)?;
    println!("==== the Rust toolchain, and a clone of this checkout");
    heartbeat::phase("toolchain and clone".to_owned());
    toolchain(&root)?;
    checkout(&root)?;
    let mut lines = Vec::new();
    for command in &commands {
        let line = format!("cargo xtask {}", command.join(" "));
        heartbeat::phase(format!("new Debian, {line}"));
        println!("\n==== {line}, in {}", root.path.display());
        let start = Instant::now();
        let code = root.shell(&format!("cd /{CLONE} && exec {line}"))?.status()?;
        if code != 0 {
            bail!("`{line}` fails on a new Debian, with exit code {code}: see {}", root.path.display());
        }
        let seconds = start.elapsed().as_secs();
        lines.push(format!("{line}: succeeds on a new Debian, {} min {} s", seconds / 60, seconds % 60));
    }
    println!("\n{}", lines.join("\n"));
    println!(
        "disk: {} MB, of which the clone with target/ {} MB",
        megabytes(&root.path)?,
        megabytes(&root.path.join(CLONE))?
    );
    Ok(())
}

/// The commands' words: `demo`, and `test` with the steps that follow it.
fn commands(args: &[String]) -> Result<Vec<Vec<String>>> {
    let mut commands: Vec<Vec<String>> = Vec::new();
    for arg in args {
        match (arg.as_str(), commands.last_mut()) {
            ("demo" | "test", _) => commands.push(vec![arg.clone()]),
            (_, Some(command)) if command[0] == "test" && !arg.starts_with('-') => command.push(arg.clone()),
            _ => bail!("usage: cargo xtask fresh [demo] [test [STEP...]], or fresh wheel [FILE.whl]"),
        }
    }
    if commands.is_empty() {
        commands = vec![vec!["demo".to_owned()], vec!["test".to_owned()]];
    }
    Ok(commands)
}

fn megabytes(path: &Path) -> Result<u64> {
    let printed = Cmd::new("du").args(["-sxm"]).arg(path).capture()?;
    printed.split_whitespace().next().and_then(|number| number.parse().ok()).context("du printed no number")
}

/// The active compiler, with only this machine's library: what rustup installs for a new user.
fn toolchain(root: &Root) -> Result<()> {
    let sysroot = PathBuf::from(Cmd::new("rustc").args(["--print", "sysroot"]).capture()?.trim());
    let host = setup::rust_host()?;
    let to = root.path.join(TOOLCHAIN);
    fs::create_dir_all(to.join("lib/rustlib"))?;
    for part in ["bin", "libexec"] {
        if sysroot.join(part).exists() {
            Cmd::new("cp").arg("-r").arg(sysroot.join(part)).arg(&to).capture()?;
        }
    }
    for entry in fs::read_dir(sysroot.join("lib"))?.chain(fs::read_dir(sysroot.join("lib/rustlib"))?) {
        let entry = entry?;
        let name = entry.file_name();
        let below = entry.path().strip_prefix(&sysroot)?.parent().context("a directory")?.to_owned();
        if entry.path().is_file() || name == *host {
            Cmd::new("cp").arg("-r").arg(entry.path()).arg(to.join(below)).capture()?;
        }
    }
    Ok(())
}

/// A clone of the commits, with the uncommitted changes.
fn checkout(root: &Root) -> Result<()> {
    let to = root.path.join(CLONE);
    let from = paths::root();
    Cmd::new("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(from).arg(&to).capture()?;
    let changed =
        Cmd::new("git").args(["ls-files", "--modified", "--others", "--exclude-standard"]).dir(from).capture()?;
    for name in changed.lines() {
        let target = to.join(name);
        if !from.join(name).exists() {
            fs::remove_file(target).with_context(|| name.to_owned())?;
            continue;
        }
        fs::create_dir_all(target.parent().context("a directory")?)?;
        fs::copy(from.join(name), target).with_context(|| name.to_owned())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Vec<String>> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Some(commands(&args).ok()?.iter().map(|command| command.join(" ")).collect())
    }

    #[test]
    fn the_command_line() {
        assert_eq!(parsed("").unwrap(), ["demo", "test"]);
        assert_eq!(parsed("demo").unwrap(), ["demo"]);
        assert_eq!(parsed("test format lint").unwrap(), ["test format lint"]);
        assert_eq!(parsed("demo test rust").unwrap(), ["demo", "test rust"]);
        assert!(["rust", "demo rust", "--keep", "test --all", "demo wheel"].iter().all(|line| parsed(line).is_none()));
    }
}
