//! `new`: projects for every board are built by their own Makefiles, without a warning, and run if their tools are installed.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{data, printed, repository, tool};

/// The tools that build and run a board's project.
const BOARDS: [(&str, &[&str]); 3] = [
    ("host", &["make"]),
    ("cortex-m4-qemu", &["make", "arm-none-eabi-gcc", "qemu-system-arm"]),
    ("cortex-m55-qemu", &["make", "arm-none-eabi-gcc", "qemu-system-arm"]),
];

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Whether the C library for the boards is installed.
fn has_picolibc() -> bool {
    let asked = Command::new("arm-none-eabi-gcc").arg("-print-file-name=picolibc.specs").output();
    asked.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains('/'))
}

/// The bundled models: without state, and with state and two workspaces; one with several outputs if the data is present.
fn models() -> Vec<PathBuf> {
    let mut models = vec![repository("models/digits/digits.tflite"), repository("models/digit_rows/digit_rows.tflite")];
    models.extend(data("networks").map(|folder| folder.join("rnnoise_int8.tflite")).filter(|model| model.exists()));
    models
}

fn make(project: &Path, target: &str) -> String {
    let output = Command::new("make").arg("-C").arg(project).arg(target).output().expect("make starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !text.contains("warning:"), "{}: {text}", project.display());
    text
}

#[test]
fn projects_build_and_run() {
    let folder = tempfile::tempdir().unwrap();
    for (board, needs) in BOARDS {
        if needs.iter().any(|program| !is_there(program)) || board != "host" && !has_picolibc() {
            println!("SKIPPED: {board} needs {} and picolibc", needs.join(", "));
            continue;
        }
        for model in models() {
            let name = model.file_stem().expect("a name").to_string_lossy().into_owned();
            let project = folder.path().join(format!("{name}-{board}"));
            tool().arg("new").arg(&project).arg("--model").arg(&model).args(["--board", board]).assert().success();
            let text = make(&project, "run");
            // Three runs with state, one without.
            let outputs = fs::read_to_string(project.join("main.c")).unwrap().matches("  printf(\"\\n\");").count();
            let runs = if name == "digit_rows" { 3 } else { 1 };
            let is_output = |line: &&str| {
                line.split_once(": ").is_some_and(|(_, numbers)| numbers.split(' ').all(|n| n.parse::<f64>().is_ok()))
            };
            assert_eq!(text.lines().filter(is_output).count(), outputs * runs, "{name} on {board}: {text}");
            assert!(!text.contains("the model failed"), "{name} on {board}: {text}");
        }
    }
}

/// The outputs for an input of zeros are the same on every board as with `run`.
#[test]
fn a_project_computes_what_run_does() {
    if !is_there("make") {
        println!("SKIPPED: no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (project, model) = (folder.path().join("digits"), repository("models/digits/digits.tflite"));
    tool().arg("new").arg(&project).arg("--model").arg(&model).assert().success();
    let text = make(&project, "run");
    let line = text.lines().find(|line| line.starts_with("probabilities:")).expect("an output");
    let found: Vec<f64> = line.split(' ').skip(1).map(|number| number.parse().expect("a number")).collect();
    let (input, output) = (folder.path().join("in.bin"), folder.path().join("out.bin"));
    fs::write(&input, [0x80; 64]).unwrap();
    tool().arg("run").arg(&model).arg("--input").arg(&input).arg("--output").arg(&output).assert().success();
    let real = |byte: &u8| (f64::from(*byte as i8) + 128.0) / 256.0;
    let expected: Vec<f64> = fs::read(&output).unwrap().iter().map(real).collect();
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?} {expected:?}");
}

/// `make model` with another model leaves nothing of the first, and a program that is not for it says so.
#[test]
fn another_model_in_a_project() {
    if !is_there("make") {
        println!("SKIPPED: no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("digits");
    let [digits, rows] =
        ["digits/digits", "digit_rows/digit_rows"].map(|name| repository(&format!("models/{name}.tflite")));
    tool().arg("new").arg(&project).arg("--model").arg(&digits).assert().success();
    let model = |from: &Path| {
        fs::copy(from, project.join("model.tflite")).unwrap();
        let program = format!("TVM_EMBEDDED={}", tool().get_program().to_string_lossy());
        Command::new("make").arg("-C").arg(&project).args([&program, "model"]).output().expect("make starts")
    };
    let files = |part: &str| {
        let listed = fs::read_dir(project.join("model/archive")).unwrap().map(|entry| entry.unwrap().file_name());
        listed.filter(|name| name.to_string_lossy().contains(part)).count()
    };
    assert!(files("digits_lib") > 0 && files("model_lib") == 0);
    // The same model: it builds and runs as before.
    assert!(model(&digits).status.success());
    assert!(files("digits_lib") == 0 && files("model_lib") > 0 && !project.join("model.new").exists());
    assert!(make(&project, "run").contains("probabilities: "));
    // A file that is no model: the old one stays.
    fs::write(folder.path().join("no.tflite"), "no model").unwrap();
    assert!(!model(&folder.path().join("no.tflite")).status.success());
    assert!(make(&project, "run").contains("probabilities: "));
    // A model with another input.
    assert!(model(&rows).status.success());
    let built = Command::new("make").arg("-C").arg(&project).output().expect("make starts");
    let text = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(!built.status.success() && text.contains("are not those of this program: change read_inputs"), "{text}");
}

/// The Makefile's targets and the model's directory have names that files of models have as well.
#[test]
fn any_name_of_a_model_will_do() {
    if !is_there("make") {
        println!("SKIPPED: no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["model", "run", "clean", "program"] {
        let (model, project) = (folder.path().join(format!("{name}.tflite")), folder.path().join(name));
        fs::copy(repository("models/digits/digits.tflite"), &model).unwrap();
        tool().arg("new").arg(&project).arg("--model").arg(&model).assert().success();
        let text = make(&project, "run");
        assert!(text.contains("probabilities: "), "{name}: {text}");
    }
}

#[test]
fn projects_that_can_not_be_made_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let digits = repository("models/digits/digits.tflite");
    let archive = folder.path().join("digits.tar");
    tool().arg("compile").arg(&digits).arg("-o").arg(&archive).assert().success();
    let (_, error) =
        printed(&tool().arg("new").arg(folder.path().join("a")).arg("--model").arg(&archive).assert().code(1));
    assert!(error.contains("next: give the .tflite file"), "{error}");
    assert!(!folder.path().join("a").exists());
    tool().arg("new").arg(folder.path()).arg("--model").arg(&digits).assert().code(3);
    tool()
        .arg("new")
        .arg(folder.path().join("b"))
        .arg("--model")
        .arg(&digits)
        .args(["--board", "moon"])
        .assert()
        .code(2);
}
