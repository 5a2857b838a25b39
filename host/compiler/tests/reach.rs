//! What the compiler covers: files that exporters write today, and public networks, against the reference interpreter.
//!
//! Each file is compiled, built and run on extremes and random inputs; every output is compared. What was accepted once
//! stays accepted: `reach.accepted` lists the hashes of such files. `TVM_EMBEDDED_BLESS=1` adds to it, and never removes.

mod common;

use common::{Recording, compare, data, oracle_status, scratch};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tvm_embedded_compiler::import::tflite::read;
use tvm_embedded_compiler::ir::graph::DType;
use tvm_embedded_compiler::{Options, compile};

/// Without `TVM_EMBEDDED_REACH=all`, one file in this many is tried, others each hour; `TVM_EMBEDDED_REACH=N` chooses.
const PARTS: usize = 4;

const ACCEPTED: &str = include_str!("reach.accepted");

/// The result of a file.
enum End {
    Refused(BTreeSet<String>),
    /// It compiles, but there is nothing to compare with.
    Alone,
    Equal,
    Different(String),
}

struct File {
    path: PathBuf,
    mode: String,
    hash: String,
}

#[test]
fn what_is_accepted_equals_the_interpreter_and_stays_accepted() {
    let files = chosen();
    if files.is_empty() {
        return;
    }
    let scratch = scratch();
    let oracle = scratch.path().join("oracle");
    let names: Vec<&str> = files.iter().map(|file| file.path.to_str().unwrap()).collect();
    let out = oracle.to_str().unwrap();
    // The first seven samples are extremes.
    let run = ["run", "--beyond", "--out", out, "--count", "12", "--sequence", "4"];
    let Some(0 | 1) = oracle_status("oracle.py", &[&run[..], &names].concat()) else { return };
    let ends = tried(&files, &oracle, scratch.path());
    println!("{}", table(&files, &oracle, &ends));
    bless(&files, &ends);
    let wrong = failures(&files, &ends);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files of this run.
fn chosen() -> Vec<File> {
    let mut files = Vec::new();
    for part in ["exporters", "networks", "models"] {
        let Some(folder) = data(part) else { continue };
        let folder = if part == "exporters" { folder.join("models") } else { folder };
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "tflite")) {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let mode = if part == "exporters" { stem.split_once('.').map_or("other", |(_, mode)| mode) } else { part };
            let hash = hash(&fs::read(&path).unwrap());
            files.push(File { mode: mode.to_owned(), hash, path });
        }
    }
    let wanted = std::env::var("TVM_EMBEDDED_REACH").unwrap_or_default();
    if wanted != "all" {
        let hours = std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs() / 3600) as usize;
        let part = wanted.parse().unwrap_or(hours) % PARTS;
        println!("part {part} of {PARTS}: TVM_EMBEDDED_REACH={part} repeats it, TVM_EMBEDDED_REACH=all takes all");
        let mut number = 0..;
        files.retain(|_| number.next().is_some_and(|number: usize| number % PARTS == part));
    }
    files
}

/// FNV-1a of 64 bits: a file's identity in the list, whatever its name is.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

fn tried(files: &[File], oracle: &Path, scratch: &Path) -> Vec<End> {
    let next = AtomicUsize::new(0);
    let ends = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(number) else { break };
            let end = end(file, &oracle.join(file.path.file_stem().unwrap()), &scratch.join(number.to_string()));
            ends.lock().unwrap().insert(number, end);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    ends.into_inner().unwrap().into_values().collect()
}

fn end(file: &File, recording: &Path, folder: &Path) -> End {
    let tflite = fs::read(&file.path).unwrap();
    let options = Options::default();
    if let Err(errors) = compile(&tflite, &options) {
        let reason = |problem: &tvm_embedded_compiler::ir::problem::Problem| {
            let kind = problem.operator.as_ref().map_or("file".into(), |(_, kind)| kind.to_string());
            format!("{kind}: {}", problem.found.chars().take(90).collect::<String>())
        };
        return End::Refused(errors.0.iter().map(reason).collect());
    }
    if !recording.join("index.json").is_file() {
        return End::Alone;
    }
    let end = match compare(&tflite, &options, &Recording::read(recording), folder, true) {
        Ok(_) => End::Equal,
        // TensorFlow Lite rounds sums of int8 once, the reference twice, and its SUM of int8 is different.
        Err(_) if is_quantised(&tflite) && by_tensorflow_lite(recording) => End::Alone,
        Err(difference) => End::Different(difference),
    };
    let _ = fs::remove_dir_all(folder);
    end
}

/// Whether the interpreter for what TensorFlow Lite Micro refuses made a recording.
fn by_tensorflow_lite(recording: &Path) -> bool {
    fs::read_to_string(recording.join("index.json")).unwrap().contains("ai-edge-litert")
}

/// Whether a run computes tensors of int8.
fn is_quantised(tflite: &[u8]) -> bool {
    let graph = read(tflite).unwrap();
    let computed = graph
        .subgraphs
        .iter()
        .flat_map(|graph| graph.operators.iter().flat_map(|op| op.outputs.iter().map(|&id| graph.tensor(id))));
    computed.into_iter().any(|tensor| tensor.dtype == DType::Int8)
}

/// What happened by mode, and the reasons of refusals, the most frequent first.
fn table(files: &[File], oracle: &Path, ends: &[End]) -> String {
    let mut modes: BTreeMap<&str, [usize; 6]> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for (file, end) in files.iter().zip(ends) {
        let runs = oracle.join(file.path.file_stem().unwrap()).join("index.json").is_file();
        let equal = matches!(end, End::Equal);
        let refused = matches!(end, End::Refused(_));
        let row = [true, runs, !refused, equal, runs && refused, matches!(end, End::Different(_))];
        for mode in [file.mode.as_str(), "~all"] {
            let counts = modes.entry(mode).or_default();
            counts.iter_mut().zip(row).for_each(|(count, more)| *count += usize::from(more));
        }
        if let End::Refused(found) = end {
            found.iter().for_each(|reason| reasons.entry(reason).or_default().push(file));
        }
    }
    let mut text = format!(
        "{:<24}{:>7}{:>18}{:>10}{:>7}{:>23}{:>11}\n",
        "mode", "files", "interpreter runs", "compile", "equal", "refused, but runs", "different"
    );
    for (mode, [all, runs, compiled, equal, lost, different]) in modes {
        let mode = mode.trim_start_matches('~');
        text += &format!("{mode:<24}{all:>7}{runs:>18}{compiled:>10}{equal:>7}{lost:>23}{different:>11}\n");
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, files)| std::cmp::Reverse(files.len()));
    for (reason, files) in reasons {
        let names: Vec<_> = files.iter().take(3).map(|file| file.path.file_stem().unwrap().to_string_lossy()).collect();
        text += &format!("{:>5}  {reason}  ({} …)\n", files.len(), names.join(", "));
    }
    text
}

fn failures(files: &[File], ends: &[End]) -> Vec<String> {
    let listed: BTreeSet<&str> = ACCEPTED.lines().filter(|line| !line.starts_with('#')).collect();
    let mut wrong = Vec::new();
    for (file, end) in files.iter().zip(ends) {
        let name = file.path.file_name().unwrap().to_string_lossy();
        match end {
            End::Different(difference) => wrong.push(format!("{name}: {difference}")),
            End::Refused(reasons) if listed.contains(file.hash.as_str()) => {
                wrong.push(format!("{name}: was accepted before, and is now refused: {reasons:?}"));
            }
            _ => {}
        }
    }
    wrong
}

/// Adds accepted files to the list, if `TVM_EMBEDDED_BLESS` is set.
fn bless(files: &[File], ends: &[End]) {
    if std::env::var_os("TVM_EMBEDDED_BLESS").is_none() {
        return;
    }
    let (notes, listed): (Vec<&str>, Vec<&str>) = ACCEPTED.lines().partition(|line| line.starts_with('#'));
    let accepted = files.iter().zip(ends).filter(|(_, end)| matches!(end, End::Equal | End::Alone));
    let all: BTreeSet<&str> = listed.into_iter().chain(accepted.map(|(file, _)| file.hash.as_str())).collect();
    let lines: Vec<&str> = notes.into_iter().chain(all).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach.accepted");
    fs::write(path, lines.join("\n") + "\n").unwrap();
}
