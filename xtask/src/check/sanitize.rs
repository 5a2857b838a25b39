//! `cargo xtask sanitize [PART...]`: memory errors, looked for by two tools that work in different ways.
//!
//! AddressSanitizer and UndefinedBehaviorSanitizer over the C suite and over generated models, with the Rust library
//! instrumented too; then Valgrind's memcheck over the same programs with the library as it ships. Both gates are tested
//! first: an overflow, injected into the Rust library, must be found by each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::check::{exact, proof};
use crate::machine::process::{Cmd, Outcome};
use crate::machine::{paths, setup};

/// Flags of the C compiler.
const SANITIZED: [&str; 5] =
    ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// For TVM's C, which has undefined shifts and alignments: addresses only.
const ADDRESSES: [&str; 4] = ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address"];

const PLAIN: [&str; 2] = ["-g", "-O1"];

/// An exported function that writes one byte past its buffer, with a volatile access so that no compiler removes it.
const OVERFLOW: &str = "pub unsafe extern \"C\" fn TVMSeed(memory: *mut u8, size: usize) {
    // SAFETY: none: this is the error to be found.
    unsafe { memory.add(size).write_volatile(1) }
}";

const OVERFLOW_USER: &str = "#include <stdlib.h>
void TVMSeed(unsigned char *memory, size_t size);
int main(void) { unsigned char *p = malloc(24); TVMSeed(p, 23); TVMSeed(p, 24); free(p); return 0; }
";

/// Labels of the tests in the C suite that run the library. The others check files and packages.
const LABELS: &str = "arguments|execution|threads";

/// `cargo xtask sanitize [prove] [suite] [models]`; without a part, all.
///
/// # Errors
/// A finding, a gate that does not find an injected fault, or missing tools.
pub fn run(args: &[String]) -> Result<()> {
    let parts = ["prove", "suite", "models"];
    if args.iter().any(|arg| !parts.contains(&arg.as_str())) {
        bail!("usage: cargo xtask sanitize [{}]", parts.join("] ["));
    }
    let asked = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    setup::need(&["cmake", "clang", "sanitizers", "valgrind"])?;
    let out = paths::target().join("sanitize");
    fs::create_dir_all(&out)?;
    let host = setup::rust_host()?;
    if asked("prove") {
        prove(&out, &host)?;
    }
    if asked("suite") {
        suite(&out, &host)?;
    }
    if asked("models") {
        models(&out, &host)?;
    }
    Ok(())
}

/// The injected overflow is found by both tools, and nothing is found without it.
fn prove(out: &Path, host: &str) -> Result<()> {
    let seeded = proof::inject(&out.join("seeded"), OVERFLOW)?;
    let user = out.join("overflow.c");
    fs::write(&user, OVERFLOW_USER)?;
    let program = |library: &Path, flags: &[&str], name: &str| -> Result<PathBuf> {
        let path = out.join(name);
        Cmd::new("gcc").args(flags).arg(&user).arg(library).arg("-o").arg(&path).capture()?;
        Ok(path)
    };
    let instrumented = library(&seeded, &out.join("seeded/asan"), host, true)?;
    let found = observe(&[program(&instrumented, &ADDRESSES, "overflow-asan")?.display().to_string()])?;
    if found.code == 0 || !found.stderr.contains("heap-buffer-overflow") || !found.stderr.contains("in TVMSeed") {
        bail!("the overflow injected into the Rust library is not found: AddressSanitizer is not on\n{}", found.stderr);
    }
    println!("injected and found: an overflow inside the Rust library, by AddressSanitizer");
    let plain = library(&seeded, &out.join("seeded/plain"), host, false)?;
    let found = valgrind(&program(&plain, &PLAIN, "overflow-plain")?)?;
    if found.code == 0 || !found.stderr.contains("Invalid write of size 1") {
        bail!("the overflow injected into the Rust library is not found by Valgrind\n{}", found.stderr);
    }
    println!("injected and found: an overflow inside the Rust library, by Valgrind");
    Ok(())
}

/// The C suite, once with each tool.
fn suite(out: &Path, host: &str) -> Result<()> {
    let build = out.join("suite");
    configure(&build, &SANITIZED.join(" "), Some(host))?;
    let options = "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1";
    Cmd::new("ctest")
        .arg("--test-dir")
        .arg(&build)
        .args(["--output-on-failure", "--no-tests=error", "--timeout", "600", "--label-regex", LABELS])
        .env("ASAN_OPTIONS", options)
        .env("UBSAN_OPTIONS", "print_stacktrace=1")
        .run()
        .context("the C suite with sanitizers")?;
    let build = out.join("release");
    configure(&build, "-g -O1", None)?;
    let mut checked = 0;
    for label in LABELS.split('|') {
        let folder = build.join("c-tests").join(label);
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // The race detector has memory of its own, which Valgrind does not support.
            if !path.is_file()
                || !name.starts_with(&format!("{label}."))
                || name.contains("tsan")
                || name.contains("checked")
            {
                continue;
            }
            let found = valgrind(&path)?;
            if found.code != 0 {
                bail!("{name} under Valgrind:\n{}{}", found.stdout, found.stderr);
            }
            checked += 1;
            println!("{name:<28} nothing found by Valgrind");
        }
    }
    if checked < 3 {
        bail!("only {checked} programs of the C suite were run under Valgrind");
    }
    Ok(())
}

fn configure(build: &Path, flags: &str, sanitized: Option<&str>) -> Result<()> {
    let mut configure = Cmd::new("cmake")
        .args(["-S", ".", "-B"])
        .arg(build)
        .args([
            "-DCMAKE_BUILD_TYPE=None",
            "-DBUILD_TESTING=ON",
            "-DTVM_EMBEDDED_SHARED=OFF",
            "-DTVM_EMBEDDED_BUILD_TOOL=OFF",
        ])
        .arg(format!("-DCMAKE_C_FLAGS={flags}"))
        .dir(paths::root());
    let mut make = Cmd::new("cmake").arg("--build").arg(build).args(["--parallel", "2"]);
    if let Some(host) = sanitized {
        // With --target, cargo keeps RUSTFLAGS away from programs that run while it builds.
        configure = configure.arg(format!("-DTVM_EMBEDDED_RUST_TARGET={host}"));
        make = instrument(make);
    }
    configure.capture()?;
    make.capture()?;
    if sanitized.is_some() {
        is_instrumented(&build.join("libtvm_embedded.a"))?;
    }
    Ok(())
}

/// Generated models in blocks of exact size, with each tool.
fn models(out: &Path, host: &str) -> Result<()> {
    let instrumented = library(paths::root(), &out.join("asan"), host, true)?;
    let plain = library(paths::root(), &out.join("plain"), host, false)?;
    for model in exact::models(&out.join("models"))? {
        let flags: &[&str] = if model.ours { &SANITIZED } else { &ADDRESSES };
        let program = exact::build(&model, &instrumented, flags, "exact-asan")?;
        let found = observe(&[program.display().to_string()])?;
        if found.code != 0 {
            bail!("{} with sanitizers:\n{}", model.name, found.stderr);
        }
        let checked = valgrind(&exact::build(&model, &plain, &PLAIN, "exact-plain")?)?;
        if checked.code != 0 {
            bail!("{} under Valgrind:\n{}", model.name, checked.stderr);
        }
        if found.stdout != checked.stdout {
            bail!("{}: {} with sanitizers, {} without", model.name, found.stdout.trim(), checked.stdout.trim());
        }
        println!("{:<28} nothing found, same outputs", model.name);
    }
    Ok(())
}

/// The library of a checkout for this machine.
fn library(root: &Path, out: &Path, host: &str, sanitized: bool) -> Result<PathBuf> {
    let mut command = Cmd::new("cargo")
        .args(["rustc", "--locked", "--release", "--lib", "--crate-type", "staticlib"])
        .args(["--package", "tvm_embedded_capi", "--target", host, "--target-dir"])
        .arg(out)
        .dir(root);
    if sanitized {
        command = instrument(command);
    }
    command.capture()?;
    let library = out.join(host).join("release/libtvm_embedded.a");
    if sanitized {
        is_instrumented(&library)?;
    }
    Ok(library)
}

/// Makes cargo instrument Rust code. The C compiler links the sanitizer's own library.
fn instrument(command: Cmd) -> Cmd {
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zsanitizer=address -Zexternal-clangrt -Cdebuginfo=1")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none")
}

fn is_instrumented(library: &Path) -> Result<()> {
    let symbols = Cmd::new("nm").arg(library).outcome()?.stdout;
    if !symbols.contains("__asan_report_") {
        bail!("{} is not instrumented", library.display());
    }
    Ok(())
}

fn valgrind(program: &Path) -> Result<Outcome> {
    let mut words: Vec<String> =
        ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=all", "--error-exitcode=97"]
            .map(str::to_owned)
            .into();
    words.push(program.display().to_string());
    observe(&words)
}

fn observe(words: &[String]) -> Result<Outcome> {
    let (program, rest) = words.split_first().context("no program")?;
    Cmd::new(program).args(rest).env("ASAN_OPTIONS", "detect_leaks=1").outcome()
}
