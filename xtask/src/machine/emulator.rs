//! Programs on emulated boards: run them, and count their instructions.
//!
//! ```no_run
//! # use std::path::Path;
//! # use xtask::{board::Board, emulator};
//! let board = Board::named("cortex-m4f")?;
//! let program = Path::new("kernel.elf");
//! board.compiler().args(["-O2", "kernel.c", "-o", "kernel.elf"]).args(board.hosted()).capture()?;
//! let run = emulator::count(&board, program, Some(("count_begin", "count_end")))?;
//! println!("{} instructions, of them {} in conv", run.counts.total, run.counts.within("conv"));
//! # anyhow::Ok(())
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// How long a program may take. The slowest one takes a few seconds.
const LIMIT: Duration = Duration::from_secs(120);

/// How a program ended and what it printed.
#[derive(Debug)]
pub struct Run {
    /// What `main` returned or `exit` was given.
    pub code: i32,
    /// What the program printed.
    pub text: String,
    /// Instructions it executed; all zero unless [`count`] ran it.
    pub counts: Counts,
}

/// Executed instructions. Exact and repeatable, but not cycles: QEMU has no model of a core's timing.
#[derive(Debug, Default)]
pub struct Counts {
    /// From reset to exit.
    pub total: u64,
    /// From each entry of the first function to the next entry of the second.
    pub ranges: Vec<u64>,
    /// How often each instruction ran in each of the ranges, by its address; only from [`count_places`].
    pub places: Vec<BTreeMap<u64, u64>>,
    /// Per function, most instructions first.
    pub functions: Vec<Function>,
}

/// One function's share. Static functions of the same name are counted together.
#[derive(Debug)]
pub struct Function {
    /// Its symbol; `?` for code without one.
    pub name: String,
    /// Instructions in its own body, without what it called.
    pub instructions: u64,
    /// How often it was entered.
    pub entries: u64,
}

impl Counts {
    /// Instructions in the body of one function; 0 if it never ran.
    pub fn within(&self, name: &str) -> u64 {
        self.functions.iter().find(|function| function.name == name).map_or(0, |function| function.instructions)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut counts = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(4, ' ');
            let (kind, first) = (words.next(), words.next().and_then(|word| word.parse().ok()));
            match (kind, first, words.next().and_then(|word| word.parse().ok()), words.next()) {
                (Some("total"), Some(total), None, None) => counts.total = total,
                (Some("range"), Some(range), None, None) => {
                    counts.ranges.push(range);
                    counts.places.push(BTreeMap::new());
                }
                (Some("at"), Some(address), Some(times), None) => {
                    let range = counts.places.last_mut().context("a place before all ranges")?;
                    range.insert(address, times);
                }
                (Some("function"), Some(instructions), Some(entries), Some(name)) => {
                    counts.functions.push(Function { name: name.to_owned(), instructions, entries });
                }
                _ => bail!("the instruction counter wrote an unknown line: {line}"),
            }
        }
        Ok(counts)
    }
}

/// Runs a program on a board and returns its exit code and text, whatever they are.
///
/// # Errors
/// If QEMU can't be installed or started, or the program does not end in time.
pub fn run(board: &Board, program: &Path) -> Result<Run> {
    start(board, program, &[])
}

/// Runs a program and counts its instructions, all of them and per function, and those between two functions' entries:
/// each time from the entry of `between.0` to the next entry of `between.1`.
///
/// # Errors
/// As [`run`], or when the counter can't be built.
pub fn count(board: &Board, program: &Path, between: Option<(&str, &str)>) -> Result<Run> {
    counted(board, program, between, "")
}

/// The same, and how often each instruction ran in each range.
///
/// # Errors
/// As [`count`].
pub fn count_places(board: &Board, program: &Path, between: (&str, &str)) -> Result<Run> {
    counted(board, program, Some(between), ",places=on")
}

fn counted(board: &Board, program: &Path, between: Option<(&str, &str)>, more: &str) -> Result<Run> {
    ready()?;
    let plugin = counter(board)?;
    let report = tempfile::NamedTempFile::new()?;
    let mut option = format!("{},out={}", plugin.display(), report.path().display());
    if let Some((from, to)) = between {
        option += &format!(",from={from},to={to}{more}");
    }
    let mut run = start(board, program, &["-plugin", &option])?;
    run.counts = Counts::parse(&fs::read_to_string(report.path())?)?;
    Ok(run)
}

/// `cargo xtask count BOARD PROGRAM [--between FROM,TO] [--top N]`: prints what [`count`] finds.
///
/// # Errors
/// As [`count`], for unknown arguments, and when the program fails.
pub fn run_count(args: &[String]) -> Result<()> {
    let mut plain = Vec::new();
    let (mut between, mut top) = (None, 20);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--between" => {
                let pair = args.next().and_then(|pair| pair.split_once(','));
                between = Some(pair.context("--between takes two function names, FROM,TO")?);
            }
            "--top" => {
                let number = args.next().and_then(|number| number.parse().ok());
                top = number.context("--top takes a number")?;
            }
            _ => plain.push(arg),
        }
    }
    let [board, program] = plain[..] else {
        bail!("usage: cargo xtask count BOARD PROGRAM [--between FROM,TO] [--top N]");
    };
    let run = count(&Board::named(board)?, Path::new(program), between)?;
    print!("{}", run.text);
    println!("{:>14} instructions", run.counts.total);
    for range in &run.counts.ranges {
        println!("{range:>14} in a range");
    }
    for function in run.counts.functions.iter().take(top) {
        println!("{:>14} in {} ({} entries)", function.instructions, function.name, function.entries);
    }
    if run.code != 0 {
        bail!("the program ended with exit code {}", run.code);
    }
    Ok(())
}

fn start(board: &Board, program: &Path, extra: &[&str]) -> Result<Run> {
    ready()?;
    if !program.is_file() {
        bail!("no program {}", program.display());
    }
    let outcome = Cmd::new(qemu(board))
        .args(machine(board))
        .args(["-nographic", "-monitor", "none", "-serial", "none"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .args(extra)
        .arg("-kernel")
        .arg(program)
        .timeout(LIMIT)
        .outcome()?;
    // Semihosting prints to QEMU's standard error.
    let text = outcome.stdout + &outcome.stderr;
    if outcome.timed_out {
        let seconds = LIMIT.as_secs();
        bail!("{} on {} did not end within {seconds} s (endless loop or fault)\n{text}", program.display(), board.name);
    }
    Ok(Run { code: outcome.code, text, counts: Counts::default() })
}

/// Makes sure, once in a process, that QEMU and the compilers are installed.
fn ready() -> Result<()> {
    static READY: AtomicBool = AtomicBool::new(false);
    if !READY.load(Ordering::Relaxed) {
        setup::need(&["firmware"])?;
        READY.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn qemu(board: &Board) -> &'static str {
    match board.machine.as_str() {
        "virt" => "qemu-system-riscv32",
        "virt-rv64" => "qemu-system-riscv64",
        _ => "qemu-system-arm",
    }
}

/// The board and its processor, as `run-on-board.sh` chooses them.
fn machine(board: &Board) -> Vec<&str> {
    match board.machine.as_str() {
        "virt" | "virt-rv64" => vec!["-M", "virt", "-bios", "none"],
        "virt-cortex-a7" => vec!["-M", "virt", "-cpu", "cortex-a7", "-nic", "none"],
        "realview-eb" => {
            let silent = ["-nic", "none", "-audiodev", "none,id=none", "-global", "pl041.audiodev=none"];
            [&["-M", "realview-eb", "-cpu", "cortex-r5f"], &silent[..]].concat()
        }
        machine => vec!["-M", machine],
    }
}

/// The counter plugin for the installed QEMU, looked for once in a process.
fn counter(board: &Board) -> Result<PathBuf> {
    static FOUND: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plugin) = found.get(qemu(board)) {
        return Ok(plugin.clone());
    }
    let plugin = build_counter(board)?;
    found.insert(qemu(board), plugin.clone());
    Ok(plugin)
}

/// The counter plugin, built if it is older than its source.
fn build_counter(board: &Board) -> Result<PathBuf> {
    let source = paths::root().join("bench/insncount.c");
    let version = Cmd::new(qemu(board)).arg("--version").capture()?;
    let major = version.split_whitespace().find_map(|word| word.split_once('.')?.0.parse::<u32>().ok());
    // QEMU 9 takes plugins of version 2 and later only, QEMU 6 and 7 of version 1 at most.
    let api = if major.with_context(|| format!("no version in: {version}"))? < 9 { 1 } else { 2 };
    let plugin = paths::target().join(format!("insncount-{api}.so"));
    let built = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    if built(&plugin).is_ok_and(|time| built(&source).is_ok_and(|source| source < time)) {
        return Ok(plugin);
    }
    fs::create_dir_all(paths::target())?;
    // Renamed into place, since two runs may build it at once.
    let partial = tempfile::NamedTempFile::new_in(paths::target())?;
    Cmd::new("cc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"])
        .arg(format!("-DQEMU_PLUGIN_API={api}"))
        .arg(&source)
        .arg("-o")
        .arg(partial.path())
        .capture()?;
    partial.persist(&plugin)?;
    Ok(plugin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_counters_report() {
        let counts = Counts::parse("range 12\ntotal 40\nfunction 30 2 a b\nfunction 10 1 main\n").unwrap();
        assert_eq!(
            (counts.total, &counts.ranges[..], counts.within("a b"), counts.within("c")),
            (40, &[12][..], 30, 0)
        );
        let places = Counts::parse("range 5\nat 16 2\nat 18 3\nrange 1\ntotal 9\n").unwrap().places;
        assert_eq!(places, [BTreeMap::from([(16, 2), (18, 3)]), BTreeMap::new()]);
        assert!(Counts::parse("at 16 2\n").is_err());
        assert!(Counts::parse("funktion 1 2 x").is_err() && Counts::parse("total x").is_err());
    }
}
