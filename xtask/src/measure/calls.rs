//! `cargo xtask calls`: the instructions that the library adds to a call of a model, on the host, counted by callgrind.

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;
use crate::machine::setup;

/// Calls in one counted program.
const CALLS: u64 = 1000;

/// The cost of one call above a direct call of the archive's entry point.
pub struct Cost {
    /// The direct call itself.
    pub direct: u64,
    /// Instructions that the typed wrapper adds.
    pub typed: u64,
    /// Instructions that `TVMExecute` adds, with all its checks.
    pub generic: u64,
}

/// The most that the typed wrapper may add.
const TYPED_LIMIT: u64 = 15;
/// The most that `TVMExecute` may add.
const GENERIC_LIMIT: u64 = 60;

/// Prints the costs.
///
/// # Errors
/// If the programs can't be built or counted, or a limit is exceeded.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask calls");
    }
    let cost = measure()?;
    println!("instructions for one call of a model with one input, one output and one workspace (x86-64, gcc -O2):");
    println!("  the archive's entry point        {:>4}", cost.direct);
    println!("  typed wrapper, above that        {:>4}   at most {TYPED_LIMIT}", cost.typed);
    println!("  TVMExecute, above that           {:>4}   at most {GENERIC_LIMIT}", cost.generic);
    if cost.typed > TYPED_LIMIT || cost.generic > GENERIC_LIMIT {
        bail!("a call costs more than its limit");
    }
    Ok(())
}

/// Builds the programs of `bench/calls` and counts them.
///
/// # Errors
/// When something can't be built or run.
pub fn measure() -> Result<Cost> {
    setup::need(&["valgrind"])?;
    let root = paths::root();
    Cmd::new("cargo")
        .args(["rustc", "--release", "--package", "tvm_embedded_capi", "--lib", "--crate-type", "staticlib"])
        .dir(root)
        .capture()?;
    let library = paths::target().join("release/libtvm_embedded.a");
    let out = paths::target().join("calls");
    std::fs::create_dir_all(&out)?;
    let count = |way: &str| -> Result<u64> {
        let program = out.join(way.to_lowercase());
        Cmd::new("cc")
            .args(["-std=c99", "-O2", "-I", "capi/include"])
            .args([format!("-DWAY={way}"), format!("-DCALLS={CALLS}")])
            .args(["count.c", "entry.c", "lib0.c", "lib1.c"].map(|file| root.join("bench/calls").join(file)))
            .arg(&library)
            .arg("-o")
            .arg(&program)
            .dir(root)
            .capture()?;
        let outcome = Cmd::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&program)
            // The count includes the program's start, which reads the environment.
            .env_remove("LD_PRELOAD")
            .outcome()?;
        if outcome.code != 0 {
            bail!("bench/calls, way {way}: exit code {}\n{}", outcome.code, outcome.stderr);
        }
        let line = outcome.stderr.lines().find_map(|line| line.split_once("Collected : ")).context("no count")?.1;
        Ok(line.trim().parse()?)
    };
    let none = count("NONE")?;
    let per_call = |total: u64| (total.saturating_sub(none) + CALLS / 2) / CALLS;
    let direct = per_call(count("DIRECT")?);
    let typed = per_call(count("TYPED")?).saturating_sub(direct);
    let generic = per_call(count("GENERIC")?).saturating_sub(direct);
    Ok(Cost { direct, typed, generic })
}
