//! `cargo xtask setup [NEED...]`: installs Debian packages for what is missing on this machine.
//!
//! Every verb that needs tools calls [`need`] first; if everything is installed, that costs a few file look-ups. Programs are
//! searched by name, not by package, so on another system it is enough that they are on `PATH`.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;

/// A Debian package, and the sign that its contents are installed.
struct Package {
    /// `{llvm}` in it is the version of rustc's LLVM.
    name: &'static str,
    /// A program on `PATH`, a file if it begins with a slash, or a Python module if it begins with `import `; with
    /// `{llvm}` as above.
    sign: &'static str,
    /// The oldest version of the program that is sufficient, as printed by `--version`.
    oldest: Option<(u32, u32)>,
    /// Packages that must have the same version as this one.
    same_version_as: &'static [&'static str],
}

const fn package(name: &'static str, sign: &'static str) -> Package {
    Package { name, sign, oldest: None, same_version_as: &[] }
}

impl Package {
    const fn since(self, major: u32, minor: u32) -> Self {
        Self { oldest: Some((major, minor)), ..self }
    }

    const fn same_version_as(self, packages: &'static [&'static str]) -> Self {
        Self { same_version_as: packages, ..self }
    }

    /// Why the package has to be installed or replaced; `None` if everything is correct.
    fn lacks(&self, llvm: &str) -> Option<String> {
        let name = self.name.replace("{llvm}", llvm);
        let sign = self.sign.replace("{llvm}", llvm);
        if !present(&sign) {
            return Some(format!("{name} is not installed (no {})", sign.trim_start_matches("import ")));
        }
        if let Some((major, minor)) = self.oldest
            && let Some(found) = version_of(&sign)
            && found < (major, minor)
        {
            return Some(format!("{sign} {}.{} is too old: {major}.{minor} or newer is needed", found.0, found.1));
        }
        let own = installed_version(&name)?;
        self.same_version_as.iter().find_map(|other| {
            let others = installed_version(other)?;
            (others != own).then(|| format!("{name} {own} does not match {other} {others}"))
        })
    }
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
        packages: &[
            package("cmake", "cmake").since(3, 20),
            package("make", "make"),
            package("gcc", "gcc").since(9, 0),
            package("libc6-dev", "/usr/include/stdio.h"),
            package("g++", "g++").since(9, 0),
        ],
    },
    Need {
        name: "clang",
        purpose: "the same with a second compiler",
        packages: &[package("clang", "clang").since(13, 0), package("lld", "ld.lld"), package("llvm", "llvm-nm")],
    },
    Need {
        name: "oracle",
        purpose: "a Python environment for TFLite Micro, with which compiled models are compared",
        packages: &[package("python3", "python3").since(3, 9), package("python3-venv", "import ensurepip")],
    },
    Need {
        name: "firmware",
        purpose: "C compilers and emulators for Cortex-M and RISC-V",
        packages: &[
            package("gcc-arm-none-eabi", "arm-none-eabi-gcc").since(10, 0),
            package("libnewlib-arm-none-eabi", "/usr/lib/arm-none-eabi/newlib/nano.specs"),
            package("picolibc-arm-none-eabi", "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"),
            package("gcc-riscv64-unknown-elf", "riscv64-unknown-elf-gcc").since(10, 0),
            package("picolibc-riscv64-unknown-elf", "/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"),
            package("qemu-system-arm", "qemu-system-arm").since(7, 0),
            package("qemu-system-misc", "qemu-system-riscv32").since(7, 0),
        ],
    },
    Need {
        name: "avr",
        purpose: "a C compiler and an emulator for AVR, a core whose int has 16 bits",
        packages: &[
            package("gcc-avr", "avr-gcc"),
            package("avr-libc", "/usr/lib/avr/include/avr/io.h"),
            package("simavr", "simavr"),
        ],
    },
    Need {
        name: "xtensa",
        purpose: "a C compiler and an emulator for Xtensa, a core for which Rust has no compiler",
        packages: &[
            package("gcc-xtensa-lx106", "xtensa-lx106-elf-gcc"),
            package("qemu-system-misc", "qemu-system-xtensa").since(7, 0),
        ],
    },
    Need {
        name: "rust-core",
        purpose: "sources for Rust's core library, if the active cargo has none for a bare-metal target",
        packages: &[
            // Not the programs: Debian's older rustc and cargo have the same names.
            package("rustc-web", "/usr/share/doc/rustc-web"),
            package("cargo-web", "/usr/share/doc/cargo-web").same_version_as(&["rustc-web"]),
            package("rust-web-src", "/usr/lib/rustlib/src/rust/library/core/src/lib.rs")
                .same_version_as(&["rustc-web"]),
        ],
    },
    Need {
        name: "docs",
        purpose: "the documentation of the C header",
        packages: &[package("doxygen", "doxygen").since(1, 9)],
    },
    Need {
        name: "browser",
        purpose: "a browser without a screen, which shows the reports and the site",
        packages: &[
            package("chromium", "chromium"),
            package("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
        ],
    },
    Need {
        name: "packages",
        purpose: "the check of a CMSIS-Pack's description",
        packages: &[package("libxml2-utils", "xmllint")],
    },
    Need { name: "format", purpose: "the style of the C code", packages: &[package("clang-format", "clang-format")] },
    Need {
        name: "fresh",
        purpose: "a new Debian below target/, in which the README's commands are tried",
        packages: &[package("debootstrap", "/usr/sbin/debootstrap")],
    },
    Need {
        name: "valgrind",
        purpose: "instruction counts and memory checks on the host",
        packages: &[package("valgrind", "valgrind")],
    },
    Need {
        name: "coverage",
        purpose: "reading the counts of the compiler's instrumentation",
        packages: &[package("llvm-{llvm}", "/usr/lib/llvm-{llvm}/bin/llvm-cov")],
    },
    Need {
        name: "cycles",
        purpose: "LLVM's machine code analyser",
        packages: &[package("llvm-{llvm}", "/usr/lib/llvm-{llvm}/bin/llvm-mca")],
    },
    Need {
        name: "trust",
        purpose: "static analysis, ABI comparison, memory checks",
        packages: &[
            package("cppcheck", "cppcheck"),
            package("abigail-tools", "abidw"),
            package("valgrind", "valgrind"),
        ],
    },
    Need {
        name: "sanitizers",
        purpose: "what clang links into programs that look for their own memory errors",
        packages: &[package("libclang-rt-14-dev", "/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux")],
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

/// Makes sure that the packages of the named needs are installed. Fast if they are.
///
/// As root on a Debian system, missing packages are installed; otherwise the error contains the command that installs them.
///
/// # Errors
/// An unknown name, packages that are missing and can't be installed here, or a failing package manager.
pub fn need(names: &[&str]) -> Result<()> {
    let lacking = lacking(names)?;
    if lacking.is_empty() {
        return Ok(());
    }
    let reasons: Vec<&str> = lacking.iter().map(|lack| lack.why.as_str()).collect();
    let reasons = reasons.join("; ");
    let packages: Vec<&str> = lacking.iter().flat_map(|lack| lack.packages.iter().map(String::as_str)).collect();
    let root = Cmd::new("id").arg("-u").capture().is_ok_and(|id| id.trim() == "0");
    if paths::program("apt-get").is_none() {
        bail!("{reasons}. The packages of Debian are {}; install their equivalents", packages.join(" "));
    }
    if !root {
        bail!("{reasons}. Install what is missing, then run this again:\n  {}", repair("sudo ", &packages));
    }
    println!("installing {} ({reasons})", packages.join(" "));
    install(&packages).with_context(|| format!("{reasons}; to repair it by hand:\n  {}\n", repair("", &packages)))?;
    // Packages that dpkg lists as installed may have lost their files.
    let still: Vec<String> = self::lacking(names)?.into_iter().flat_map(|lack| lack.packages).collect();
    if !still.is_empty() {
        apt(&["install", "--reinstall"]).args(&still).capture()?;
    }
    let still = self::lacking(names)?;
    if !still.is_empty() {
        let reasons: Vec<&str> = still.iter().map(|lack| lack.why.as_str()).collect();
        bail!(
            "after the installation: {}. Remove the packages and install them again:\n  {}",
            reasons.join("; "),
            repair("", &packages)
        );
    }
    Ok(())
}

/// The commands that do by hand what [`install`] does.
fn repair(sudo: &str, packages: &[&str]) -> String {
    format!(
        "{sudo}apt-get update && {sudo}dpkg --configure -a && \
         {sudo}apt-get install --yes --fix-broken --no-install-recommends {}",
        packages.join(" ")
    )
}

fn apt(verb: &[&str]) -> Cmd {
    Cmd::new("apt-get")
        .args(verb)
        // Another installation may be running.
        .args(["--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"])
        .env("DEBIAN_FRONTEND", "noninteractive")
}

/// Installs packages, also after an earlier attempt was interrupted.
fn install(packages: &[&str]) -> Result<()> {
    // Old lists name versions that the mirror no longer has, and versions that don't match each other.
    let lists = apt(&["update"]).capture();
    if let Err(error) = &lists {
        println!("the package lists can't be refreshed, so the existing ones are used: {error:#}");
    }
    Cmd::new("dpkg").args(["--configure", "-a"]).env("DEBIAN_FRONTEND", "noninteractive").capture()?;
    let first = apt(&["install", "--fix-broken"]).args(packages).capture();
    if first.is_ok() {
        return Ok(());
    }
    // An incomplete download would block the next attempt.
    apt(&["clean"]).capture()?;
    apt(&["update"]).capture().context("the package lists can't be refreshed: check /etc/apt/sources.list*")?;
    apt(&["install", "--fix-broken"]).args(packages).capture()?;
    Ok(())
}

/// The major version of the LLVM that the active rustc uses.
///
/// # Errors
/// If rustc can't be run or reports none.
pub fn rust_llvm() -> Result<String> {
    let version = rustc_says("LLVM version")?;
    Ok(version.split('.').next().unwrap_or_default().to_owned())
}

/// Rust's name of this machine.
///
/// # Errors
/// If rustc can't be run or reports none.
pub fn rust_host() -> Result<String> {
    rustc_says("host")
}

fn rustc_says(what: &str) -> Result<String> {
    let text = Cmd::new("rustc").arg("-vV").capture()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(key, _)| *key == what).with_context(|| format!("rustc does not report {what}"))?;
    Ok(value.to_owned())
}

/// Something that is missing or has the wrong version.
struct Lack {
    why: String,
    /// What has to be installed for it.
    packages: Vec<String>,
}

fn lacking(names: &[&str]) -> Result<Vec<Lack>> {
    let mut lacking = Vec::new();
    for name in names {
        let Some(need) = NEEDS.iter().find(|need| need.name == *name) else {
            let known: Vec<&str> = NEEDS.iter().map(|need| need.name).collect();
            bail!("unknown need '{name}'; there are: {}", known.join(", "));
        };
        for package in need.packages {
            let versioned = package.sign.contains("{llvm}");
            let llvm = if versioned { rust_llvm()? } else { String::new() };
            if let Some(why) = package.lacks(&llvm) {
                // Packages that must have the same version are updated together.
                let together = package.same_version_as.iter().map(|name| (*name).to_owned());
                let packages = [package.name.replace("{llvm}", &llvm)].into_iter().chain(together).collect();
                lacking.push(Lack { why, packages });
            }
        }
    }
    Ok(lacking)
}

/// The first number with a dot in what a program prints about its version.
fn version_of(program: &str) -> Option<(u32, u32)> {
    first_version(&Cmd::new(program).arg("--version").capture().ok()?)
}

fn first_version(text: &str) -> Option<(u32, u32)> {
    // Debian adds its own version in parentheses, before the program's.
    text.split(|c: char| c.is_whitespace()).find_map(|word| {
        let mut numbers = word.split('.').map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    })
}

/// The version of a Debian package; `None` if it is not installed, or only in part.
fn installed_version(name: &str) -> Option<String> {
    let printed = Cmd::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev}${Version}", name]).capture().ok()?;
    Some(printed.strip_prefix("ii ")?.trim().to_owned())
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
    fn an_unknown_need_is_reported() {
        let error = need(&["cmake-but-misspelt"]).unwrap_err().to_string();
        assert!(error.contains("cmake-but-misspelt") && error.contains("firmware"), "{error}");
    }

    #[test]
    fn rustc_reports_its_llvm_and_this_machine() {
        assert!(rust_llvm().unwrap().parse::<u32>().unwrap() >= 18);
        assert!(rust_host().unwrap().split('-').count() >= 3);
        assert!(rustc_says("colour").unwrap_err().to_string().contains("rustc does not report colour"));
    }

    #[test]
    fn versions_are_read_and_compared() {
        for (text, version) in [
            ("cmake version 3.25.1\n\nCMake suite", Some((3, 25))),
            ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright", Some((12, 2))),
            ("arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205", Some((12, 2))),
            ("Debian clang version 14.0.6", Some((14, 0))),
            ("QEMU emulator version 7.2.22 (Debian 1:7.2)", Some((7, 2))),
            ("Python 3.11.2", Some((3, 11))),
            ("no version", None),
        ] {
            assert_eq!(first_version(text), version, "{text}");
        }
        let old = package("python3", "python3").since(99, 0).lacks("").unwrap();
        assert!(old.contains("is too old: 99.0 or newer is needed"), "{old}");
        assert_eq!(package("python3", "python3").since(3, 1).lacks(""), None);
    }

    #[test]
    fn signs_are_files_programs_or_modules() {
        assert!(present("sh") && present("/bin/sh") && present("import json"));
        assert!(!present("no-such-program") && !present("/no/such/file") && !present("import no_such_module"));
    }
}
