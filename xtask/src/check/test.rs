//! `cargo xtask test [STEP...]`: everything that is checked before a change lands. `.ci/run` calls it without arguments.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::check::{
    abi, attack, avr, coverage, deny, docs, flags, fuzz, header, misra, no_library, pages, proof, sanitize, site,
};
use crate::machine::process::Cmd;
use crate::machine::{heartbeat, paths, setup};
use crate::measure::{bench, calls, firmware, share, size};
use crate::release::{crates, dist, ethos_u, packages, tutorials, wake_word, wheel};

/// How a step ended when it did not fail.
enum End {
    Passed,
    /// Why it could not be run here.
    Skipped(String),
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<End>,
}

const STEPS: &[Step] = &[
    Step { name: "format", about: "the Rust and C source is formatted", run: format },
    Step { name: "lint", about: "clippy gives no warning", run: lint },
    Step { name: "header", about: "the C header matches the source", run: c_header },
    Step { name: "docs", about: "the documentation builds without a warning", run: documentation },
    Step { name: "site", about: "the documentation as a site, all links in it, and its search", run: documents },
    Step { name: "pages", about: "reports and the site in a browser: layout, contrast, pictures", run: in_a_browser },
    Step { name: "rust", about: "the tests of the crates that the next step does not run", run: rust },
    Step {
        name: "attack",
        about: "random graphs, mutants and large layers give the reference's bytes",
        run: random_models,
    },
    Step {
        name: "coverage",
        about: "tests of the library, the reader and the generator run all of them",
        run: measured,
    },
    Step { name: "abi", about: "the binary interface is the recorded one", run: binary_interface },
    Step {
        name: "deny",
        about: "dependencies: none in the runtime, those of the tools by the rules",
        run: dependencies,
    },
    Step { name: "misra", about: "generated C breaks no MISRA rule without a reason", run: misra_rules },
    Step { name: "sanitize", about: "no memory error in the C tests and in generated models", run: memory },
    Step {
        name: "replay",
        about: "hostile input: the corpus replayed, unusual names compiled, the worst files",
        run: hostile_input,
    },
    Step { name: "fuzz", about: "hostile input: a minute of libFuzzer for each target", run: search },
    Step { name: "calls", about: "a call costs no more instructions than its limit", run: call_costs },
    Step { name: "c", about: "the C tests, as a user builds them, with gcc and clang", run: c },
    Step { name: "prove", about: "no panic, no heap, no helpers, no recursion, no data in the runtime", run: proofs },
    Step { name: "size", about: "flash, stack and instructions are those of docs/size.md", run: sizes },
    Step { name: "share", about: "models in one program that share kernels give the same bytes", run: two_models },
    Step { name: "performance", about: "no model is slower or larger than in docs/performance.md", run: model_costs },
    Step { name: "firmware", about: "C tests, examples and models on the emulated boards", run: boards },
    Step { name: "flags", about: "the same bytes with the flags that products use", run: product_flags },
    Step { name: "avr", about: "every operator on a core whose int has 16 bits", run: sixteen_bits },
    Step { name: "no-library", about: "models called without the library, on cores that have none", run: alone },
    Step { name: "python", about: "the Python package, installed and tested", run: python },
    Step { name: "crates", about: "the crates for Rust users, packaged and run on a board", run: rust_users },
    Step { name: "packages", about: "packages for other managers: linted, their examples run", run: managers },
    Step { name: "tutorials", about: "the tutorials' commands print what the tutorials show", run: newcomers },
    Step { name: "dist", about: "the release, used without Rust", run: release },
];

/// Runs the named steps, or all of them, and reports at the end which failed.
///
/// # Errors
/// An unknown step, or at least one failure.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(unknown) = args.iter().find(|arg| STEPS.iter().all(|step| step.name != *arg)) {
        let names: Vec<String> = STEPS.iter().map(|step| format!("  {:<10} {}", step.name, step.about)).collect();
        bail!("no step '{unknown}'. The steps:\n{}", names.join("\n"));
    }
    let mut lines = Vec::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let steps: Vec<&Step> =
        STEPS.iter().filter(|step| args.is_empty() || args.iter().any(|arg| arg == step.name)).collect();
    for (number, step) in (1..).zip(&steps) {
        println!("\n==== {number} of {}, {}: {}", steps.len(), step.name, step.about);
        heartbeat::phase(format!("step {number} of {}, {}", steps.len(), step.name));
        let start = Instant::now();
        let end = (step.run)();
        let seconds = start.elapsed().as_secs();
        lines.push(match end {
            Ok(End::Passed) => {
                passed += 1;
                format!("passed   {:<10} {seconds:>5} s", step.name)
            }
            Ok(End::Skipped(why)) => {
                skipped += 1;
                format!("SKIPPED  {:<10} {why}", step.name)
            }
            Err(error) => {
                failed += 1;
                eprintln!("{error:#}");
                format!("FAILED   {:<10} {seconds:>5} s", step.name)
            }
        });
    }
    println!("\n{}", lines.join("\n"));
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed != 0 {
        bail!("{failed} of {} steps failed", lines.len());
    }
    Ok(())
}

fn cargo(args: &[&str]) -> Cmd {
    Cmd::new("cargo").args(args).dir(paths::root())
}

fn format() -> Result<End> {
    if cargo(&["fmt", "--version"]).capture().is_err() {
        return Ok(End::Skipped("this cargo has no rustfmt".into()));
    }
    cargo(&["fmt", "--all", "--check"]).run()?;
    cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]).run()?;
    setup::need(&["format"])?;
    let listed = Cmd::new("git").args(["ls-files"]).args(FORMATTED_C).dir(paths::root()).capture()?;
    Cmd::new("clang-format").args(["--dry-run", "--Werror"]).args(listed.lines()).dir(paths::root()).capture()?;
    Ok(End::Passed)
}

/// C that clang-format formats. Loops in assembly, and macros of benchmarks, are formatted by hand.
const FORMATTED_C: [&str; 11] = [
    "c-tests/*.c",
    "c-tests/*.h",
    "examples/*.c",
    "examples/*.h",
    "host/cli/src/*.c",
    "host/cli/tests/*.c",
    "host/compiler/src/ops/*.h",
    "host/compiler/tests/kernels/*.c",
    ":!host/compiler/src/ops/shared/dsp*.h",
    ":!host/compiler/src/ops/shared/*mve*.h",
    ":!host/compiler/src/ops/depthwise_conv_2d/depthwise_conv_2d_mve.h",
];

fn lint() -> Result<End> {
    if cargo(&["clippy", "--version"]).capture().is_err() {
        return Ok(End::Skipped("this cargo has no clippy".into()));
    }
    cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    // A workspace of its own.
    cargo(&["clippy", "--quiet", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--all-targets", "--target-dir"])
        .arg(paths::target())
        .args(["--", "-D", "warnings"])
        .run()?;
    Ok(End::Passed)
}

fn c_header() -> Result<End> {
    header::run(&["--check".to_owned()])?;
    Ok(End::Passed)
}

fn documentation() -> Result<End> {
    docs::run(&[])?;
    Ok(End::Passed)
}

fn documents() -> Result<End> {
    site::run(&[])?;
    Ok(End::Passed)
}

fn in_a_browser() -> Result<End> {
    pages::run(&[])?;
    Ok(End::Passed)
}

fn rust() -> Result<End> {
    // Generated C is compiled as C++, too, and in every dialect with a second compiler.
    setup::need(&["cmake", "clang", "sanitizers", "oracle"])?;
    // The step `coverage` runs the tests of the measured crates, so that nothing is run twice, except the examples in their documentation.
    let exclude = coverage::PACKAGES.iter().flat_map(|package| ["--exclude", package]);
    // All crates, whatever fails: one failure must not hide another.
    let tests = cargo(&["test", "--quiet", "--no-fail-fast", "--workspace"]).args(exclude).run();
    let documented = coverage::PACKAGES.iter().flat_map(|package| ["--package", package]);
    let examples = cargo(&["test", "--quiet", "--no-fail-fast", "--doc"]).args(documented).run();
    tests.and(examples)?;
    Ok(End::Passed)
}

fn random_models() -> Result<End> {
    attack::short()?;
    Ok(End::Passed)
}

fn measured() -> Result<End> {
    coverage::run(&[])?;
    Ok(End::Passed)
}

fn binary_interface() -> Result<End> {
    abi::run(&[])?;
    Ok(End::Passed)
}

fn dependencies() -> Result<End> {
    deny::run(&[])?;
    Ok(End::Passed)
}

fn misra_rules() -> Result<End> {
    misra::run(&[])?;
    Ok(End::Passed)
}

fn memory() -> Result<End> {
    sanitize::run(&[])?;
    Ok(End::Passed)
}

fn hostile_input() -> Result<End> {
    setup::need(&["cmake"])?;
    fuzz::replay()?;
    Ok(End::Passed)
}

fn search() -> Result<End> {
    fuzz::minute()?;
    Ok(End::Passed)
}

fn call_costs() -> Result<End> {
    calls::run(&[])?;
    Ok(End::Passed)
}

fn proofs() -> Result<End> {
    proof::run(&[])?;
    Ok(End::Passed)
}

fn sizes() -> Result<End> {
    size::run(&["--check".to_owned()])?;
    Ok(End::Passed)
}

fn two_models() -> Result<End> {
    share::run(&[])?;
    Ok(End::Passed)
}

fn model_costs() -> Result<End> {
    bench::quick()?;
    Ok(End::Passed)
}

fn boards() -> Result<End> {
    firmware::run(&[])?;
    wake_word::run(&[])?;
    ethos_u::run(&[])?;
    Ok(End::Passed)
}

fn c() -> Result<End> {
    setup::need(&["cmake", "clang"])?;
    for (compiler, cxx) in [("gcc", "g++"), ("clang", "clang++")] {
        let build = paths::target().join("c-tests").join(compiler);
        Cmd::new("cmake")
            .args(["-S", "."])
            .arg("-B")
            .arg(&build)
            .args(["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=ON"])
            .arg(format!("-DCMAKE_C_COMPILER={compiler}"))
            .arg(format!("-DCMAKE_CXX_COMPILER={cxx}"))
            .arg(format!("-DTVM_EMBEDDED_CARGO_TARGET_DIR={}", paths::target().display()))
            .dir(paths::root())
            .capture()?;
        Cmd::new("cmake").arg("--build").arg(&build).args(["--parallel", "2"]).capture()?;
        Cmd::new("ctest")
            .arg("--test-dir")
            .arg(&build)
            .args(["--output-on-failure", "--no-tests=error", "--parallel", "2", "--timeout", "300"])
            .run()?;
    }
    Ok(End::Passed)
}

fn product_flags() -> Result<End> {
    flags::short()?;
    Ok(End::Passed)
}

fn sixteen_bits() -> Result<End> {
    avr::short()?;
    Ok(End::Passed)
}

fn alone() -> Result<End> {
    no_library::run(&[])?;
    Ok(End::Passed)
}

fn python() -> Result<End> {
    wheel::run(&[])?;
    Ok(End::Passed)
}

fn rust_users() -> Result<End> {
    crates::run(&[])?;
    Ok(End::Passed)
}

fn managers() -> Result<End> {
    packages::run(&[])?;
    Ok(End::Passed)
}

fn newcomers() -> Result<End> {
    tutorials::run(&[])?;
    Ok(End::Passed)
}

fn release() -> Result<End> {
    dist::run(&[])?;
    Ok(End::Passed)
}
