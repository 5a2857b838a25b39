//! The tool for machines with an older C library than this one's: linked for the glibc of 2012, by Zig's linker.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;
use crate::measure::firmware;

/// The oldest glibc that Rust's own library runs with.
const GLIBC: &str = "2.17";
/// The packages with the linker, from Python's package index.
const PACKAGES: [&str; 2] = ["cargo-zigbuild==0.24.1", "ziglang==0.17.1"];
/// Cargo's name for such a machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the tool and returns it with the version of glibc that it needs. If the linker is not available, this is reported, and
/// the tool is for this machine's glibc.
///
/// # Errors
/// When the tool does not build, or needs a newer glibc than it was linked for.
pub fn build_tool() -> Result<(PathBuf, String)> {
    let bin = match linker() {
        Ok(bin) => bin,
        Err(error) => {
            let tool = firmware::build_tool()?;
            let glibc = needed(&tool)?;
            println!("no linker for an older glibc ({error:#}): the tool needs glibc {glibc}");
            return Ok((tool, glibc));
        }
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path)))?;
    Cmd::new("cargo")
        .args(["zigbuild", "--locked", "--profile", "host", "--package", "tvm_embedded_cli", "--target"])
        .arg(format!("{TARGET}.{GLIBC}"))
        .dir(paths::root())
        .env("PATH", path)
        .capture()?;
    let tool = paths::target().join(TARGET).join("host/tvm-embedded");
    let glibc = needed(&tool)?;
    if number(&glibc) > number(GLIBC) {
        bail!("{} needs glibc {glibc}, expected {GLIBC} at most", tool.display());
    }
    Ok((tool, glibc))
}

/// The directory with `cargo-zigbuild` and Zig, made on first use.
fn linker() -> Result<PathBuf> {
    let venv = paths::target().join("dist/zig");
    let bin = venv.join("bin");
    if !bin.join("cargo-zigbuild").is_file() {
        Cmd::new("python3").args(["-m", "venv", "--clear"]).arg(&venv).capture()?;
        Cmd::new(bin.join("pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(PACKAGES)
            .capture()?;
    }
    Ok(bin)
}

/// The newest version of glibc among the symbols that a program uses.
fn needed(program: &Path) -> Result<String> {
    let symbols = Cmd::new("objdump").arg("-T").arg(program).capture()?;
    let versions = symbols
        .split("GLIBC_")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<String>());
    versions
        .max_by_key(|version| number(version))
        .with_context(|| format!("{} uses nothing from glibc", program.display()))
}

/// `2.34` as numbers that can be compared: 2, 34.
fn number(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(number("2.9") < number("2.17") && number("2.17") < number("2.34") && number("2.2.5") < number("2.17"));
    }
}
