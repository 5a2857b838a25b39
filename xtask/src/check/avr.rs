//! `cargo xtask avr [REGEX] [--seed N]`: every operator on a core whose `int` has 16 bits, an emulated ATmega1284P, with the host's bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::check::bundle::{self, Model};
use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// Operators whose C needs a double of 64 bits, which this compiler does not have.
const REFUSED: [&str; 1] = ["detection_postprocess"];

/// The core, and how many bytes of its 16 KiB models may fill.
const CORE: &str = "atmega1284p";
const MEMORY: u64 = 15_000;

/// Models of one operator; `cargo xtask test` runs one in this many of each operator.
const PATTERN: &str = "^(?!chain|drawn|streaming)";
const ONE_IN: u64 = 8;

/// `cargo xtask avr [REGEX] [--seed N]`: all models whose names match, or those of one operator.
///
/// # Errors
/// If tools are missing, or a model's bytes differ from the host's.
pub fn run(args: &[String]) -> Result<()> {
    let (mut pattern, mut seed) = (PATTERN, 1);
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => seed = words.next().and_then(|word| word.parse().ok()).context("--seed needs a number")?,
            other => pattern = other,
        }
    }
    check(pattern, seed, 1)
}

/// The part that `cargo xtask test` runs: other models in each run.
///
/// # Errors
/// As [`run`].
pub fn short() -> Result<()> {
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs() % 100_000;
    check(PATTERN, seed, ONE_IN)
}

fn check(pattern: &str, seed: u64, one_in: u64) -> Result<()> {
    setup::need(&["avr"])?;
    println!("seed {seed}");
    let out = paths::target().join("avr");
    // Part of the pattern, so that models left out are not generated: the hash of a name decides.
    let models = bundle::models(&out, &chosen(pattern, seed, one_in)?, seed, &[])?;
    let next = AtomicUsize::new(0);
    let (wrong, large, right) = (Mutex::new(Vec::new()), AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let work = || {
        while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
            match compare(&out, model) {
                Ok(true) => _ = right.lock().unwrap_or_else(|e| e.into_inner()).insert(model.name.clone()),
                Ok(false) => _ = large.fetch_add(1, Ordering::Relaxed),
                Err(error) => {
                    wrong.lock().unwrap_or_else(|e| e.into_inner()).push(format!("{}: {error:#}", model.name));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let right = right.into_inner().unwrap_or_default();
    let wrong = wrong.into_inner().unwrap_or_default();
    let operators: BTreeSet<&str> = right.iter().map(|name| operator(name)).collect();
    println!(
        "{} models of {} operators give the host's bytes on {CORE}; {} are too large for it or need a double of 64 bits",
        right.len(),
        operators.len(),
        large.into_inner()
    );
    if !wrong.is_empty() {
        bail!(
            "{} models differ; run one again with: cargo xtask avr '^NAME$' --seed {seed}\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
    let all: BTreeSet<&str> = models.iter().map(|model| operator(&model.name)).collect();
    let missing: Vec<&str> = all.difference(&operators).copied().filter(|name| !REFUSED.contains(name)).collect();
    if !missing.is_empty() && one_in > 1 {
        println!("none of the chosen models of these operators fits, so all are tried: {}", missing.join(", "));
        return check(&format!("^({})(-|$)", missing.join("|")), seed, 1);
    }
    if models.is_empty() || !missing.is_empty() {
        bail!("no model of these operators ran: {}", missing.join(", "));
    }
    Ok(())
}

/// The operator in a model's name.
fn operator(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

/// A pattern for one in this many models, and for the first three of each operator: one may be too large.
fn chosen(pattern: &str, seed: u64, one_in: u64) -> Result<String> {
    if one_in == 1 {
        return Ok(pattern.to_owned());
    }
    setup::need(&["oracle"])?;
    let list = Cmd::new("python3")
        .arg(paths::root().join("host/compiler/tests/oracle/models.py"))
        .args(["--list", "--filter", pattern])
        .env("CARGO_TARGET_DIR", paths::target())
        .capture()?;
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut is_first = |name| {
        let count = seen.entry(operator(name)).or_default();
        *count += 1;
        *count <= 3
    };
    let chosen =
        list.lines().enumerate().filter(|(i, name)| is_first(name) || (*i as u64 + seed).is_multiple_of(one_in));
    let names: Vec<&str> = chosen.map(|(_, name)| name).collect();
    let escaped: Vec<String> = names.iter().map(|name| name.replace('.', "\\.")).collect();
    Ok(format!("^({})$", escaped.join("|")))
}

/// Whether the model ran and gave the host's bytes; `false` if it is too large, or its C reports that it needs a wider double.
fn compare(out: &Path, model: &Model) -> Result<bool> {
    let main = out.join(format!("{}-main.c", model.name));
    let (host, avr) = (main.with_extension("host"), main.with_extension("elf"));
    let models = [model];
    fs::write(&main, bundle::main_c(&models, 3)?)?;
    let expected = bundle::on_host(&models, &main, &host)?;
    let mut objects = Vec::new();
    for source in model.sources.iter().chain([&main]) {
        let object = source.with_extension("avr.o");
        let ours =
            if *source == main { &[][..] } else { &["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"][..] };
        let compiled = Cmd::new("avr-gcc")
            .args(["-std=c99", "-Os"])
            .arg(format!("-mmcu={CORE}"))
            .args(ours)
            .args(bundle::includes(&models))
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(&object)
            .outcome()?;
        if compiled.code != 0 {
            // No array has more than 32767 bytes there.
            if compiled.stderr.contains("is too large") || compiled.stderr.contains("needs a double of 64 bits") {
                return Ok(false);
            }
            bail!("{}", compiled.stderr);
        }
        objects.push(object);
    }
    let link = Cmd::new("avr-gcc").arg(format!("-mmcu={CORE}")).args(&objects).args(["-lm", "-o"]).arg(&avr);
    let linked = link.outcome()?;
    if linked.code != 0 {
        let too_large = ["overflowed", "will not fit", "is not within region"];
        if too_large.iter().any(|sign| linked.stderr.contains(sign)) {
            return Ok(false);
        }
        bail!("{}", linked.stderr);
    }
    if memory(&avr)? > MEMORY {
        return Ok(false);
    }
    let run = Cmd::new("simavr").args(["-m", CORE, "-f", "16000000"]).arg(&avr);
    let run = run.timeout(Duration::from_secs(60)).outcome()?;
    let found = bundle::numbers(&models, &(run.stdout + &run.stderr))?;
    if found != expected {
        bail!("{} on AVR, {} on the host", found.join(" "), expected.join(" "));
    }
    Ok(true)
}

/// Bytes of RAM a program takes.
fn memory(program: &Path) -> Result<u64> {
    let text = Cmd::new("avr-size").arg(program).capture()?;
    let line = text.lines().nth(1).context("avr-size printed no line")?;
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [_, data, bss, ..] = numbers[..] else { bail!("avr-size: {line}") };
    Ok(data + bss)
}
