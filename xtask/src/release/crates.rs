//! `cargo xtask crates`: the crates for Rust users. The packages are made and built on their own, and the bare-metal
//! example runs on its emulated board.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::release::files;

/// The crates that a registry would get, each after its dependencies.
pub const CRATES: [&str; 6] = [
    "tvm_embedded_core",
    "tvm-embedded",
    "tvm_embedded_mlf",
    "tvm_embedded_interface",
    "tvm_embedded_compiler",
    "tvm-embedded-build",
];

/// The board of the example.
const BOARD: &str = "cortex-m4f";

/// Packages all crates, and builds and runs `examples/rust_cortex_m`.
///
/// # Errors
/// When a package does not build, or the example does not print the reference's numbers.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask crates");
    setup::need(&["firmware"])?;
    package()?;
    example()
}

fn package() -> Result<()> {
    // A new directory: cargo takes a packaged crate of the same version for the same one, whatever has changed in it.
    let folder = paths::target().join("crates");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    // Uncommitted changes are packaged, too, since they are to be tested.
    let named = CRATES.iter().flat_map(|name| ["--package", name]);
    let package = Cmd::new("cargo").args(["package", "--quiet", "--allow-dirty", "--target-dir"]).arg(&folder);
    package.args(named).dir(paths::root()).capture()?;
    for name in CRATES {
        let file = folder.join(format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        let listed = Cmd::new("tar").arg("-tf").arg(&file).capture()?;
        for wanted in ["README.md", "LICENSE"] {
            ensure!(listed.lines().any(|line| line.ends_with(wanted)), "{} does not contain {wanted}", file.display());
        }
        files::links(&file.with_extension(""))?;
        let bytes = fs::metadata(&file).with_context(|| file.display().to_string())?.len();
        println!("{name:<24} {:>4} files {bytes:>8} bytes", listed.lines().count());
    }
    Ok(())
}

fn example() -> Result<()> {
    let board = Board::named(BOARD)?;
    let target = board.rust_target.as_str();
    let out = paths::target().join("rust_cortex_m");
    let linker = format!("CARGO_TARGET_{}_LINKER", target.to_ascii_uppercase().replace('-', "_"));
    library::cargo(&[target])?
        .args(["build", "--quiet", "--locked", "--release", "--target-dir"])
        .arg(&out)
        .dir(paths::root().join("examples/rust_cortex_m"))
        // Debian's Rust has no rust-lld.
        .env(linker, "arm-none-eabi-ld")
        .capture()?;
    let program = out.join(target).join("release/rust_cortex_m_example");
    let run = emulator::run(&board, &program)?;
    ensure!(run.code == 0, "examples/rust_cortex_m ended with exit code {}: {}", run.code, run.text);
    for line in ["digits: right in 357 of 360 pictures", "digit_rows: right in 356 of 360 pictures"] {
        ensure!(run.text.contains(line), "examples/rust_cortex_m: no '{line}' in\n{}", run.text);
    }
    print!("{}{}", run.text, board.tool("size").arg(&program).capture()?);
    Ok(())
}
