//! Compiles models, builds their C with the host's compiler, runs them and compares every byte with the oracle.

#![allow(dead_code, reason = "each test program uses a part")]

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_compiler::ir::graph::DType;
use tvm_embedded_compiler::{Options, compile, ir::model::Model, plan_model};
use tvm_embedded_mlf::{Archive, Limits};

#[path = "../../../data.rs"]
mod data;
mod floats;
mod program;

pub use data::data;
use program::{PARTS, in_parts, main_c, watched};

/// A layer whose scratch memory differs from what its kernel needs ends the program.
const SCRATCH: &str = "-DTVMK_SCRATCH(needed,given)=((needed)==(given)?(void)0:__builtin_trap())";

/// Flags with which generated C must compile without a warning.
const WARNINGS: &[&str] = &["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// The directory of the public models; otherwise `None`, and a line `SKIPPED`.
pub fn shared_models() -> Option<PathBuf> {
    data("models")
}

/// A directory for test results, removed when the test ends.
pub fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("compiler").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Runs a program of `tests/oracle`; `false`, with a line `SKIPPED`, if Python or its packages are not available.
pub fn python(program: &str, arguments: &[&str]) -> bool {
    match oracle_status(program, arguments) {
        None => false,
        Some(0) => true,
        Some(status) => panic!("{program} {arguments:?} ended with {status}"),
    }
}

/// The cases with names that match, by name, none of them run; `None` as for [`python`].
pub fn cases(filter: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let scratch = scratch();
    let folder = scratch.path().join("models");
    python("models.py", &["--out", folder.to_str().unwrap(), "--untried", "--filter", filter]).then_some(())?;
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let case = |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    Some(paths.map(case).collect())
}

/// The status of a program of `tests/oracle`: 1 if the interpreter refused a model. `None`, with a line `SKIPPED`, as
/// for [`python`].
pub fn oracle_status(program: &str, arguments: &[&str]) -> Option<i32> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(program);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let run = Command::new("python3").arg(&script).args(arguments).env("CARGO_TARGET_DIR", target).output();
    let Ok(output) = run else {
        eprintln!("SKIPPED: no python3 for the oracle");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Some(0),
        Some(1) => {
            eprintln!("{errors}");
            Some(1)
        }
        Some(3) => {
            eprintln!("SKIPPED: the oracle can't run here: {errors}");
            None
        }
        status => panic!("{program} {arguments:?} ended with {status:?}: {errors}"),
    }
}

/// The oracle's recording of one model.
pub struct Recording {
    pub folder: PathBuf,
    pub samples: usize,
    pub sequence: usize,
    pub tensors: Vec<Recorded>,
}

/// One tensor of a recording.
pub struct Recorded {
    pub role: String,
    pub position: usize,
    pub subgraph: usize,
    pub tensor: usize,
    pub name: String,
    pub dtype: String,
    pub bytes: usize,
    pub file: String,
}

impl Recording {
    pub fn read(folder: &Path) -> Self {
        let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
        let number = |value: &Value| value.as_u64().unwrap_or(0) as usize;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tensors = index["tensors"].as_array().unwrap().iter().map(|tensor| Recorded {
            role: text(&tensor["role"]),
            position: number(&tensor["position"]),
            subgraph: number(&tensor["subgraph"]),
            tensor: number(&tensor["tensor"]),
            name: text(&tensor["name"]),
            dtype: text(&tensor["dtype"]),
            bytes: number(&tensor["bytes"]),
            file: text(&tensor["file"]),
        });
        Recording {
            folder: folder.to_owned(),
            samples: number(&index["samples"]),
            sequence: number(&index["sequence"]),
            tensors: tensors.collect(),
        }
    }
}

/// Compiles a model, runs it on the recorded inputs and returns what differs. With `options.keep_all_tensors` every tensor
/// that exists is compared, otherwise the outputs. Returns the number of tensors compared. `one_unit` saves time by compiling all
/// sources together.
pub fn compare(
    tflite: &[u8],
    options: &Options,
    recording: &Recording,
    folder: &Path,
    one_unit: bool,
) -> Result<usize, String> {
    let output = compile(tflite, options).map_err(|errors| format!("does not compile: {errors}"))?;
    let model = plan_model(tflite, options).map_err(|errors| errors.to_string())?;
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.tar"), &output.archive).unwrap();
    let mut sources = unpack(&output.archive, folder);
    if one_unit {
        // One call of the compiler instead of three.
        let include = |path: &PathBuf| format!("#include \"{}\"\n", path.display());
        let together: String = sources.iter().map(include).chain([include(&folder.join("main.c"))]).collect();
        sources = vec![folder.join("all.c")];
        fs::write(&sources[0], together).unwrap();
    }
    let (watched, parts) = (watched(&model, options, recording), in_parts(&model, folder));
    fs::write(folder.join("main.c"), main_c(&model, recording, &watched, parts)).unwrap();
    if !one_unit {
        sources.push(folder.join("main.c"));
    }
    let program = folder.join("run");
    let include = folder.join("codegen/host/include");
    let mut cc = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    cc.args(WARNINGS).args(["-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all", "-g1", SCRATCH]);
    cc.args(PARTS.iter().filter(|_| parts));
    cc.arg("-I").arg(&include).args(&sources).arg("-o").arg(&program);
    run(&mut cc)?;
    run(Command::new(&program).arg(&recording.folder).arg(folder))?;

    let mut different = String::new();
    let (depth, least) = (floats::depth(tflite), floats::least(tflite));
    for (i, place) in watched.iter().enumerate() {
        let recorded = &recording.tensors[place.recorded];
        let expected = fs::read(recording.folder.join(&recorded.file)).unwrap();
        let found = found(&folder.join(format!("found_{i}.bin")), &model, recorded);
        assert_eq!(expected.len(), found.len(), "{}", recorded.name);
        let first = first_difference(recorded, &expected, &found, (depth, least));
        if let Some(at) = first {
            let wrong = expected.iter().zip(&found).filter(|(a, b)| a != b).count();
            let _ = write!(
                different,
                "{} {} {:?}: {wrong} of {} bytes differ, first sample {} byte {}: {} should be {}; ",
                recorded.role,
                recorded.tensor,
                recorded.name,
                expected.len(),
                at / recorded.bytes,
                at % recorded.bytes,
                found[at] as i8,
                expected[at] as i8
            );
        }
    }
    if different.is_empty() { Ok(watched.len()) } else { Err(different) }
}

/// The results of a tensor, as the recording has them.
fn found(file: &Path, model: &Model, recorded: &Recorded) -> Vec<u8> {
    let mut found = fs::read(file).unwrap();
    if recorded.dtype == "uint8" && model.tensors[recorded.tensor].dtype == DType::Int8 {
        // Between operators uint8 is int8, 128 less.
        found.iter_mut().for_each(|byte| *byte ^= 0x80);
    }
    found
}

/// Where results first differ by more than the tolerance. `depth` is the number of consecutive functions of floats in the model.
fn first_difference(recorded: &Recorded, expected: &[u8], found: &[u8], (depth, least): (u16, f32)) -> Option<usize> {
    if recorded.dtype == "float32" {
        floats::first_difference(expected, found, recorded.bytes, (depth, least))
    } else {
        // If a float may differ in its last bit, its quantised value may be the adjacent one.
        let limit = i16::from(depth > 0);
        (0..expected.len()).find(|&at| (i16::from(expected[at] as i8) - i16::from(found[at] as i8)).abs() > limit)
    }
}

/// Writes the files of an archive; returns its C sources.
pub fn unpack(archive: &[u8], folder: &Path) -> Vec<PathBuf> {
    let archive = Archive::from_bytes("test", archive, Limits::default()).unwrap();
    let mut sources = Vec::new();
    for member in archive.members() {
        let path = folder.join(&member.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &member.data).unwrap();
        if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    sources
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let text: String = text.lines().take(12).collect::<Vec<_>>().join("\n");
    Err(format!("{:?} ended with {:?}: {text}", command.get_program(), output.status.code()))
}
