//! Rust's `core` for the boards' processors, if the active cargo has none.
//!
//! After `rustup target add` nothing happens here. Otherwise (continuous integration, machines
//! that only reach a package mirror) Debian's compiler builds `core` from Debian's sources, once, into a directory that
//! has the form of a toolchain. With that directory's `bin` first on `PATH`, the plain `cargo build --target` works.
//! No step downloads from rustup's server.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// Debian's compiler; another `rustc` on `PATH` (rustup's) can't build Debian's sources.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// `cargo xtask sysroot TARGET...`: makes sure that the targets can be built, and prints what a shell must set for it.
///
/// # Errors
/// As [`path_for`].
pub fn run(args: &[String]) -> Result<()> {
    let targets: Vec<&str> = args.iter().map(String::as_str).collect();
    if targets.is_empty() || targets.iter().any(|target| target.starts_with('-')) {
        bail!("usage: eval \"$(cargo xtask sysroot TARGET...)\", for instance thumbv7em-none-eabihf");
    }
    if let Some(bin) = path_for(&targets)? {
        println!("export PATH='{}':\"$PATH\"", bin.display());
    }
    Ok(())
}

/// Makes sure that a cargo can build for every target. Returns the directory that must be first on `PATH` for
/// that, or `None` if the active cargo already can.
///
/// # Errors
/// If Debian's compiler and sources are neither installed nor installable, or don't build.
pub fn path_for(targets: &[&str]) -> Result<Option<PathBuf>> {
    if targets.iter().all(|target| active_cargo_has(target)) {
        return Ok(None);
    }
    setup::need(&["rust-core"]).context("no core library for these targets: `rustup target add` them, or")?;
    // With a directory chosen by the user several checkouts can share one.
    let folder =
        std::env::var_os("TVM_EMBEDDED_SYSROOT").map_or_else(|| paths::target().join("sysroot"), PathBuf::from);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    // Two runs, of one checkout or of several that share the directory, must not create or build it at once.
    let lock = fs::File::create(folder.join("lock")).and_then(|file| file.lock().map(|()| file));
    let lock = lock.with_context(|| format!("locking {}", folder.display()))?;
    let sysroot = Sysroot::open(&folder).with_context(|| format!("in {}", folder.display()))?;
    sysroot.build(targets)?;
    drop(lock);
    Ok(Some(sysroot.folder.join("bin")))
}

fn active_cargo_has(target: &str) -> bool {
    let printed = Cmd::new("rustc").args(["--print", "target-libdir", "--target", target]).capture();
    printed.is_ok_and(|dir| holds_core(Path::new(dir.trim())))
}

fn holds_core(libdir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(libdir) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

/// A directory that rustc accepts as its sysroot, and its `bin`.
struct Sysroot {
    folder: PathBuf,
    /// `library/` of Debian's Rust sources.
    sources: PathBuf,
}

impl Sysroot {
    /// Opens the directory, or creates it again if it is absent or of another compiler version.
    fn open(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize()?;
        let version = Cmd::new(RUSTC).arg("-vV").capture()?;
        let debian = PathBuf::from(Cmd::new(RUSTC).args(["--print", "sysroot"]).capture()?.trim());
        let sources = debian.join("lib/rustlib/src/rust/library");
        let stamp = folder.join("compiler");
        if fs::read_to_string(&stamp).is_ok_and(|old| old == version) {
            return Ok(Self { folder, sources });
        }
        for part in ["bin", "lib"] {
            if folder.join(part).exists() {
                fs::remove_dir_all(folder.join(part))?;
            }
        }
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("rustc -vV names no host")?;
        fs::create_dir_all(folder.join("bin"))?;
        fs::create_dir_all(folder.join("lib/rustlib"))?;
        // Build scripts and procedural macros still need the host's own library.
        symlink(debian.join("lib/rustlib").join(host), folder.join("lib/rustlib").join(host))?;
        symlink(CARGO, folder.join("bin/cargo"))?;
        let rustc = folder.join("bin/rustc");
        fs::write(&rustc, format!("#!/bin/sh\nexec {RUSTC} --sysroot '{}' \"$@\"\n", folder.display()))?;
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
        fs::write(&stamp, version)?;
        Ok(Self { folder, sources })
    }

    fn libdir(&self, target: &str) -> PathBuf {
        self.folder.join("lib/rustlib").join(target).join("lib")
    }

    /// Compiles `core` and `compiler_builtins` for the missing targets, in one run.
    fn build(&self, targets: &[&str]) -> Result<()> {
        let mut missing: Vec<&str> =
            targets.iter().copied().filter(|target| !holds_core(&self.libdir(target))).collect();
        // Several boards share a target.
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        eprintln!("building Rust's core library for {} (once, about half a minute each)", missing.join(", "));
        let seed = self.folder.join("seed");
        self.write_seed(&seed)?;
        let mut cargo = Cmd::new(CARGO).dir(&seed).args(["build", "--offline", "--release", "-Zbuild-std=core"]);
        for target in &missing {
            cargo = cargo.arg("--target").arg(target);
        }
        // Settings of the outer cargo or the user for targets, wrappers and directories must not affect this
        // one.
        for key in [
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "CARGO_ENCODED_RUSTFLAGS",
        ] {
            cargo = cargo.env_remove(key);
        }
        cargo
            .env("CARGO_HOME", seed.join("home"))
            .env("RUSTC", RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            // As in rustup's libraries, so that link-time optimisation of the project includes core.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .capture()
            .context("building Rust's core library")?;
        for target in &missing {
            self.install(&seed.join("target").join(target).join("release/deps"), target)?;
        }
        fs::remove_dir_all(&seed)?;
        Ok(())
    }

    /// An empty crate: building it with `-Zbuild-std` builds core.
    fn write_seed(&self, seed: &Path) -> Result<()> {
        fs::create_dir_all(seed.join("src"))?;
        fs::create_dir_all(seed.join(".cargo"))?;
        fs::write(seed.join("src/lib.rs"), "#![no_std]\n")?;
        let manifest = "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
                        [profile.release]\nopt-level = 3\npanic = \"abort\"\n";
        fs::write(seed.join("Cargo.toml"), manifest)?;
        // cargo resolves the whole std workspace even for core; Debian ships the crates it names as a directory.
        let config = format!(
            "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"{}\"\n",
            self.sources.join("vendor").display()
        );
        fs::write(seed.join(".cargo/config.toml"), config)?;
        Ok(())
    }

    fn install(&self, built: &Path, target: &str) -> Result<()> {
        let libdir = self.libdir(target);
        // Renamed when complete, so that an interrupted run leaves no incomplete library.
        let partial = libdir.with_extension("partial");
        fs::create_dir_all(&partial)?;
        for entry in fs::read_dir(built)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".rlib") && (name.starts_with("libcore-") || name.starts_with("libcompiler_builtins-")) {
                fs::copy(entry.path(), partial.join(&*name))?;
            }
        }
        if !holds_core(&partial) {
            bail!("no libcore in {}", built.display());
        }
        fs::rename(&partial, &libdir)?;
        Ok(())
    }
}
