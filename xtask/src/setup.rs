//! `cargo xtask setup [NEED...]`: installs Debian packages for what this machine lacks.
//!
//! Every verb that needs tools calls [`need`] first; where all is there, that costs a few file look-ups. Programs are
//! looked for by name, not by package, so on another system it is enough that they are on `PATH`.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::Cmd;

/// A package of Debian's and the sign that what it brings is there.
struct Package {
    /// `{llvm}` in it stands for the version of rustc's LLVM.
    name: &'static str,
    /// A program on `PATH`, a file if it begins with a slash, or a module of Python's if it begins with `import `; with
    /// `{llvm}` as above.
    sign: &'static str,
}

const fn package(name: &'static str, sign: &'static str) -> Package {
    Package { name, sign }
}

/// A set of packages that belongs to one purpose.
struct Need {
    name: &'static str,
    purpose: &'static str,
    packages: &'static [Package],
}

const NEEDS: &[Need] = &[
    Need {
        name: "cmake",
        purpose: "build and run the C programs and tests",
        packages: &[package("cmake", "cmake"), package("make", "make"), package("g++", "g++")],
    },
    Need {
        name: "clang",
        purpose: "the same with a second compiler, and the C sanitizers",
        packages: &[package("clang", "clang"), package("lld", "ld.lld"), package("llvm", "llvm-nm")],
    },
    Need {
        name: "oracle",
        purpose: "a Python environment for TFLite Micro, with which compiled models are compared",
        packages: &[package("python3-venv", "import ensurepip")],
    },
    Need {
        name: "firmware",
        purpose: "C compilers and emulators for Cortex-M and RISC-V",
        packages: &[
            package("gcc-arm-none-eabi", "arm-none-eabi-gcc"),
            package("libnewlib-arm-none-eabi", "/usr/lib/arm-none-eabi/newlib/nano.specs"),
            package("picolibc-arm-none-eabi", "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"),
            package("gcc-riscv64-unknown-elf", "riscv64-unknown-elf-gcc"),
            package("picolibc-riscv64-unknown-elf", "/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"),
            package("qemu-system-arm", "qemu-system-arm"),
            package("qemu-system-misc", "qemu-system-riscv32"),
        ],
    },
    Need {
        name: "rust-core",
        purpose: "sources for Rust's core library, where the active cargo has none for a bare-metal target",
        packages: &[
            // Not the programs: Debian's older rustc and cargo have the same names.
            package("rustc-web", "/usr/share/doc/rustc-web"),
            package("cargo-web", "/usr/share/doc/cargo-web"),
            package("rust-web-src", "/usr/lib/rustlib/src/rust/library/core/src/lib.rs"),
        ],
    },
    Need {
        name: "valgrind",
        purpose: "instruction counts and memory checks on the host",
        packages: &[package("valgrind", "valgrind")],
    },
    Need {
        name: "coverage",
        purpose: "reading what the compiler's instrumentation counts",
        packages: &[package("llvm-{llvm}", "/usr/lib/llvm-{llvm}/bin/llvm-cov")],
    },
    Need {
        name: "trust",
        purpose: "static analysis, ABI comparison, memory checks",
        packages: &[
            package("cppcheck", "cppcheck"),
            package("abigail-tools", "abidw"),
            package("valgrind", "valgrind"),
            package("libclang-rt-14-dev", "/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux"),
        ],
    },
];

/// `cargo xtask setup [NEED...]`; without arguments, everything.
///
/// # Errors
/// An unknown need, or what [`need`] reports.
pub fn run(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("Usage: cargo xtask setup [NEED...]     (all, if none is named)\n");
        for need in NEEDS {
            println!("  {:<12} {}", need.name, need.purpose);
        }
        return Ok(());
    }
    let all: Vec<&str> = NEEDS.iter().map(|need| need.name).collect();
    let asked: Vec<&str> = args.iter().map(String::as_str).collect();
    need(if asked.is_empty() { &all } else { &asked })
}

/// Makes sure that what the named needs stand for is installed. Quick where it is.
///
/// As root on a Debian system, missing packages are installed; otherwise the error holds the line that installs them.
///
/// # Errors
/// An unknown name, packages that are missing and can't be installed here, or a failing package manager.
pub fn need(names: &[&str]) -> Result<()> {
    let missing = missing(names)?;
    if missing.is_empty() {
        return Ok(());
    }
    let install = format!("apt-get install --yes --no-install-recommends {}", missing.join(" "));
    let root = Cmd::new("id").arg("-u").capture().is_ok_and(|id| id.trim() == "0");
    if paths::program("apt-get").is_none() {
        bail!("this machine lacks: {}. These are names of Debian packages; install their like", missing.join(" "));
    }
    if !root {
        bail!("this machine lacks some programs. Install them, then run this again:\n  sudo {install}");
    }
    println!("installing {}", missing.join(" "));
    let apt = || {
        Cmd::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            // Another installation may be under way.
            .args(["-o", "DPkg::Lock::Timeout=600"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive")
    };
    // The lists of a machine that was just set up are often absent or old; refreshing them costs seconds, so only then.
    if apt().arg("--simulate").capture().is_err() {
        Cmd::new("apt-get").args(["update", "--quiet"]).capture()?;
    }
    apt().capture()?;
    let still = self::missing(names)?;
    if !still.is_empty() {
        bail!("installed, yet not found afterwards: {}", still.join(" "));
    }
    Ok(())
}

/// The major version of the LLVM that the active rustc stands on.
///
/// # Errors
/// When rustc can't be run or names none.
pub fn rust_llvm() -> Result<String> {
    let version = rustc_says("LLVM version")?;
    Ok(version.split('.').next().unwrap_or_default().to_owned())
}

/// Rust's name of this machine.
///
/// # Errors
/// When rustc can't be run or names none.
pub fn rust_host() -> Result<String> {
    rustc_says("host")
}

fn rustc_says(what: &str) -> Result<String> {
    let text = Cmd::new("rustc").arg("-vV").capture()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(key, _)| *key == what).with_context(|| format!("rustc tells no {what}"))?;
    Ok(value.to_owned())
}

fn missing(names: &[&str]) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for name in names {
        let Some(need) = NEEDS.iter().find(|need| need.name == *name) else {
            let known: Vec<&str> = NEEDS.iter().map(|need| need.name).collect();
            bail!("unknown need '{name}'; there are: {}", known.join(", "));
        };
        for package in need.packages {
            let versioned = package.sign.contains("{llvm}");
            let llvm = if versioned { rust_llvm()? } else { String::new() };
            if !present(&package.sign.replace("{llvm}", &llvm)) {
                missing.push(package.name.replace("{llvm}", &llvm));
            }
        }
    }
    Ok(missing)
}

fn present(sign: &str) -> bool {
    if sign.starts_with("import ") {
        return Cmd::new("python3").args(["-c", sign]).capture().is_ok();
    }
    if sign.starts_with('/') { Path::new(sign).exists() } else { paths::program(sign).is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_need_is_named() {
        let error = need(&["cmake-but-misspelt"]).unwrap_err().to_string();
        assert!(error.contains("cmake-but-misspelt") && error.contains("firmware"), "{error}");
    }

    #[test]
    fn rustc_tells_its_llvm_and_this_machine() {
        assert!(rust_llvm().unwrap().parse::<u32>().unwrap() >= 18);
        assert!(rust_host().unwrap().split('-').count() >= 3);
        assert!(rustc_says("colour").unwrap_err().to_string().contains("rustc tells no colour"));
    }

    #[test]
    fn signs_are_files_programs_or_modules() {
        assert!(present("sh") && present("/bin/sh") && present("import json"));
        assert!(!present("no-such-program") && !present("/no/such/file") && !present("import no_such_module"));
    }
}
