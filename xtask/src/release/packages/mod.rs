//! `cargo xtask packages`: packages for the managers of embedded projects, made from `packaging/` and used as the managers do.

mod assemble;
mod checks;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use crate::measure::firmware;

/// The managers, by their directories in `packaging/`, with the suffixes of their packages' names.
pub const MANAGERS: [(&str, &str); 6] = [
    ("zephyr", "zephyr.tar.gz"),
    ("esp-idf", "esp-idf.tar.gz"),
    ("platformio", "platformio.tar.gz"),
    ("arduino", "arduino.zip"),
    ("cmsis-pack", "pack"),
    ("conan", "conan.tar.gz"),
];

/// `cargo xtask packages [MANAGER...]`: all packages, or those named, and their checks.
///
/// # Errors
/// If a package can't be made, or its example does not give the reference's result.
pub fn run(args: &[String]) -> Result<()> {
    let known = |name: &String| MANAGERS.iter().any(|(manager, _)| manager == name);
    ensure!(
        args.iter().all(known),
        "usage: cargo xtask packages [zephyr] [esp-idf] [platformio] [arduino] [cmsis-pack] [conan]"
    );
    setup::need(&["firmware", "cmake", "oracle", "packages"])?;
    let out = paths::target().join("packages");
    let tool = firmware::tool()?;
    let made = build(&tool, &out)?;
    for ((manager, _), archive) in MANAGERS.iter().zip(&made) {
        if args.is_empty() || args.iter().any(|arg| arg == manager) {
            let said = checks::check(manager, archive, &tool, &out)?;
            println!("{manager:<12} {:>7} bytes  {said}", fs::metadata(archive)?.len());
        }
    }
    Ok(())
}

/// Makes all packages below `out`.
///
/// # Errors
/// If the tool refuses the example's model, or a file is missing.
pub fn build(tool: &Path, out: &Path) -> Result<Vec<PathBuf>> {
    let version = env!("CARGO_PKG_VERSION");
    let digits = out.join("digits");
    let model = paths::root().join("models/digits/digits.tflite");
    fs::create_dir_all(out)?;
    Cmd::new(tool).arg("generate").arg(&model).args(["--no-library", "--output"]).arg(&digits).capture()?;
    let make = |(manager, end): &(&str, &str)| {
        let archive = out.join(match *end {
            // CMSIS's rule: vendor, name, version.
            "pack" => format!("tvm_embedded.tvm_embedded.{version}.pack"),
            end => format!("tvm_embedded-{version}-{end}"),
        });
        let folder = out.join(manager).join("tvm_embedded");
        assemble::assemble(manager, &digits, &folder)?;
        assemble::pack(&folder, &archive)?;
        Ok(archive)
    };
    MANAGERS.iter().map(make).collect()
}
