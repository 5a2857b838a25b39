//! Builds the runtime library for the machine the tool will run on, so that `tvm-embedded run` needs nothing beside itself.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    if let Err(error) = build() {
        // What cargo shows of a failed build script is its standard error.
        eprintln!("building the runtime library for the tool: {error}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for path in ["src", "capi/src", "capi/include", "capi/Cargo.toml", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    println!("cargo::rerun-if-changed=build.rs");

    let target = env::var("TARGET")?;
    let folder = out.join("runtime");
    run(cargo()?
        .args(["rustc", "--release", "--lib", "--crate-type", "staticlib", "--offline", "--quiet"])
        .args(["--target", &target])
        .arg("--manifest-path")
        .arg(root.join("capi/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder))?;
    let built = folder.join(&target).join("release/libtvm_embedded.a");
    let library = out.join("libtvm_embedded.a");
    fs::copy(&built, &library).map_err(|e| format!("{}: {e}", built.display()))?;
    drop_compiler_builtins(&library)?;
    println!("cargo::rustc-env=TVM_EMBEDDED_LIBRARY={}", library.display());
    println!("cargo::rustc-env=TVM_EMBEDDED_HEADER={}", root.join("capi/include/tvm_embedded.h").display());
    Ok(())
}

/// The cargo that runs this script, without what the outer build's settings would do to the library: flags for
/// coverage or sanitisers, wrappers of clippy, another target folder.
fn cargo() -> Result<Command, Box<dyn Error>> {
    let mut command = Command::new(env::var_os("CARGO").ok_or("CARGO is not set")?);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let keep = matches!(&*name, "CARGO" | "CARGO_HOME" | "CARGO_MAKEFLAGS");
        let outer = ["CARGO_", "RUSTC", "RUSTFLAGS", "RUSTDOC", "CLIPPY_"].iter().any(|p| name.starts_with(p));
        if outer && !keep {
            command.env_remove(&*name);
        }
    }
    // Not one of the wrappers: the compiler itself.
    command.env("RUSTC", env::var_os("RUSTC").ok_or("RUSTC is not set")?);
    Ok(command)
}

/// Takes the members that are not the library's own out of the archive: 4 MB that the C compiler's libraries have too.
/// Without an `ar` they stay, which costs nothing but size.
fn drop_compiler_builtins(library: &Path) -> Result<(), Box<dyn Error>> {
    let Ok(listed) = Command::new("ar").arg("t").arg(library).output() else {
        return Ok(());
    };
    let names = String::from_utf8(listed.stdout)?;
    let (own, foreign): (Vec<&str>, Vec<&str>) = names.lines().partition(|name| name.starts_with("tvm_embedded"));
    if own.is_empty() || foreign.is_empty() {
        return Ok(());
    }
    run(Command::new("ar").arg("d").arg(library).args(foreign))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}
