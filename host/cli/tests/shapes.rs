//! Every arrangement of inputs, outputs, constants and state, with every option of `compile` and of `generate`: read
//! back, generated, built, run, and equal to the interpreter. The shapes come from `attack.py shapes` of the oracle.

mod common;
#[path = "../../compiler/tests/attack/record.rs"]
#[allow(dead_code, reason = "the other reader needs more of it")]
mod record;

use common::{printed, repository, tool};
use record::Record;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Options of `compile`, and of `generate`. A new option is a line here.
const OPTIONS: &[(&[&str], &[&str])] = &[
    (&[], &[]),
    (&["--io-in-workspace"], &[]),
    (&["--optimize", "size"], &[]),
    (&["--optimize", "speed"], &[]),
    (&["--ram", "1M"], &[]),
    (&["--pool", "only"], &[]),
    (&["--pool", "only=4K"], &[]),
    (&["--pool", "tiny=16", "--pool", "rest"], &[]),
    (&["--pool", "zz=4K", "--pool", "aa=4K"], &[]),
    (&["--pool", "tiny=16", "--pool", "rest", "--io-in-workspace"], &[]),
    (&["--report", "REPORT.json"], &[]),
    (&["--report", "REPORT.txt", "--io-in-workspace"], &[]),
    (&[], &["--parameters", "user"]),
    (&["--io-in-workspace"], &["--parameters", "carried"]),
    (&[], &["--tflite", "MODEL"]),
    (&["--io-in-workspace", "--pool", "one"], &["--tflite", "MODEL"]),
    (&[], &["--symbol", "SYMBOL"]),
    (&["--io-in-workspace"], &["--symbol", "SYMBOL"]),
    (&[], &["--module", "NAME"]),
];

/// Shapes that `compile` refuses, whatever the options. All others must run with all options.
const REFUSED: &[&str] = &["no_outputs"];

/// The least number of shapes that must be compiled: fewer would mean that the oracle lost some.
const SHAPES: usize = 22;

#[test]
fn every_shape_runs_with_every_option() {
    let Some(records) = records() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    fs::write(folder.join("tvm_embedded.h"), tvm_embedded_runtime::HEADER).unwrap();
    let cases: Vec<(usize, usize)> =
        (0..records.len()).flat_map(|shape| (0..OPTIONS.len()).map(move |option| (shape, option))).collect();
    let next = AtomicUsize::new(0);
    let made = std::sync::Mutex::new((Vec::new(), Vec::new()));
    let work = || {
        while let Some(&(shape, option)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let said = make(&records[shape], option, folder);
            let mut made = made.lock().unwrap();
            match said {
                Ok(Some(symbol)) => made.0.push((shape, option, symbol)),
                Ok(None) => {}
                Err(problem) => {
                    made.1.push(format!("{} with {:?}: {problem}", records[shape].kind, OPTIONS[option]));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(2, usize::from)).for_each(|_| {
            scope.spawn(work);
        });
    });
    let (mut models, mut wrong) = made.into_inner().unwrap();
    models.sort();
    wrong.extend(run(&records, &models, folder));
    wrong.sort();
    println!("{} models of {} shapes", models.len(), records.len());
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert_eq!(models.len(), (records.len() - REFUSED.len()) * OPTIONS.len());
}

/// The shapes with their expected bytes; `None`, with a line `SKIPPED`, if Python or its packages are not available.
fn records() -> Option<Vec<Record>> {
    let script = repository("host/compiler/tests/oracle/attack.py");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut python = Command::new("python3");
    python.arg(script).args(["shapes", "--seed", "1", "--count", &SHAPES.to_string()]);
    let Ok(output) = python.env("CARGO_TARGET_DIR", target).output() else {
        eprintln!("SKIPPED: no python3 for the oracle");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        eprintln!("SKIPPED: the oracle can't run here: {errors}");
        return None;
    }
    assert!(output.status.success(), "{errors}");
    let mut stream = output.stdout.as_slice();
    let mut records: Vec<Record> = Vec::new();
    while let Some(record) = Record::read(&mut stream).unwrap() {
        assert_eq!(record.refused, None, "{}: the interpreter runs every shape", record.kind);
        assert!(
            records.iter().all(|other| other.kind != record.kind),
            "{} comes twice: SHAPES is too large",
            record.kind
        );
        records.push(record);
    }
    Some(records)
}

/// Compiles, reads back and generates; the symbol of a model, or `None` if `compile` refuses as it should.
fn make(record: &Record, option: usize, folder: &Path) -> Result<Option<String>, String> {
    let name = format!("{}_{option}", record.kind);
    let symbol = if OPTIONS[option].1.contains(&"SYMBOL") { format!("other_{name}") } else { name.clone() };
    let path = |end: &str| folder.join(format!("{name}{end}"));
    let word = |word: &&str| match *word {
        "MODEL" => path(".tflite").display().to_string(),
        "SYMBOL" => symbol.clone(),
        "NAME" => name.clone(),
        word => word.replace("REPORT", &path("_report").display().to_string()),
    };
    fs::write(path(".tflite"), &record.tflite).unwrap();
    let mut compile = tool();
    compile.arg("compile").arg(path(".tflite")).arg("-o").arg(path(".tar")).args(["--name", &name]);
    let compiled = compile.args(OPTIONS[option].0.iter().map(word)).assert();
    if REFUSED.contains(&record.kind.as_str()) {
        let (_, said) = printed(&compiled.code(1));
        return if said.starts_with("error: ") && !path(".tar").exists() { Ok(None) } else { Err(said) };
    }
    let ended = |assert: assert_cmd::assert::Assert| match assert.get_output().status.code() {
        Some(0) => Ok(printed(&assert).0),
        code => Err(format!("exit {code:?}: {}", printed(&assert).1)),
    };
    ended(compiled)?;
    let facts = ended(tool().arg("inspect").arg(path(".tar")).arg("--json").assert())?;
    let facts: serde_json::Value = serde_json::from_str(&facts).map_err(|error| error.to_string())?;
    for (list, count) in [("inputs", record.inputs.len()), ("outputs", record.outputs.len())] {
        let found = facts["models"][0][list].as_array().map(Vec::len);
        if found != Some(count) {
            return Err(format!("inspect tells of {found:?} {list}, the model has {count}"));
        }
    }
    let mut generate = tool();
    generate.arg("generate").arg(path(".tar")).arg("-o").arg(path(""));
    ended(generate.args(OPTIONS[option].1.iter().map(word)).assert())?;
    build(&path(""), folder, &symbol)?;
    Ok(Some(symbol))
}

/// The objects of one model, in a separate directory.
fn build(model: &Path, folder: &Path, symbol: &str) -> Result<(), String> {
    let list = fs::read_to_string(model.join("sources.txt")).map_err(|error| error.to_string())?;
    let objects = folder.join(format!("objects/{symbol}"));
    fs::create_dir_all(&objects).map_err(|error| error.to_string())?;
    let mut cc = cc();
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O0", "-c"])
        .current_dir(objects);
    cc.arg("-I").arg(folder).arg("-I").arg(model).arg("-I").arg(model.join("archive"));
    finished(cc.args(list.lines().map(|file| model.join(file))))
}

/// Runs all models in one program; returns those that differ.
fn run(records: &[Record], models: &[(usize, usize, String)], folder: &Path) -> Vec<String> {
    let samples = records[0].samples();
    assert!(records.iter().all(|record| record.samples() >= samples));
    let mut header = String::from("#include \"tvm_embedded.h\"\n");
    let (mut list, mut given) = (String::new(), Vec::new());
    for (shape, _, symbol) in models {
        let _ = writeln!(header, "extern const TVMModel {symbol};");
        let _ = write!(list, "&{symbol}, ");
        for column in &records[*shape].inputs {
            given.extend_from_slice(&column[..column.len() / records[*shape].samples() * samples]);
        }
    }
    let _ = writeln!(header, "#define MODELS {list}\n#define SAMPLES {samples}U");
    fs::write(folder.join("shapes.h"), header).unwrap();
    fs::write(folder.join("given.bin"), given).unwrap();
    fs::write(folder.join("libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY).unwrap();
    let objects: Vec<PathBuf> = models
        .iter()
        .flat_map(|(.., symbol)| fs::read_dir(folder.join(format!("objects/{symbol}"))).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    let (program, got) = (folder.join("shapes"), folder.join("got.bin"));
    let mut build = cc();
    build.args(["-std=c99", "-g", "-fsanitize=address,undefined", "-I"]).arg(folder);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/shapes.c")).args(&objects);
    build.arg(folder.join("libtvm_embedded.a")).arg("-lm").arg("-o").arg(&program);
    let mut execute = Command::new(&program);
    execute.arg(folder.join("given.bin")).arg(&got).env("ASAN_OPTIONS", "detect_leaks=0");
    if let Err(said) = finished(&mut build).and_then(|()| finished(&mut execute)) {
        return vec![said];
    }
    let found = fs::read(got).unwrap();
    let mut rest = found.as_slice();
    let mut wrong = Vec::new();
    for (shape, option, _) in models {
        let record = &records[*shape];
        for (place, output) in record.outputs.iter().enumerate() {
            let expected = &output.bytes[..output.bytes.len() / record.samples() * samples];
            let (bytes, behind) = rest.split_at(expected.len());
            rest = behind;
            let size = expected.len() / samples;
            let alike = |s: usize| !record.defined[s] || bytes[s * size..][..size] == expected[s * size..][..size];
            if !(0..samples).all(alike) {
                let said = format!("{} with {:?}: output {place} differs", record.kind, OPTIONS[*option]);
                wrong.push(said);
            }
        }
    }
    assert!(rest.is_empty(), "the program wrote {} bytes too many", rest.len());
    wrong
}

fn cc() -> Command {
    Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()))
}

fn finished(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().take(12).collect();
    Err(format!("{:?} ended with {:?}: {}", command.get_program(), output.status.code(), said.join("\n")))
}
