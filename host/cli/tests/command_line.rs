//! Help, versions, errors and exit codes, as a user sees them.

mod common;

use std::fs;

use common::{archive, archive_of_two, printed, repository, tool};

const COPY: &str =
    "int i; for (i = 0; i < 4; i++) { sram[i] = (uint8_t)x[i]; } for (i = 0; i < 4; i++) { y[i] = (int8_t)sram[i]; }";

#[test]
fn help_has_examples_and_exit_codes() {
    let (help, _) = printed(&tool().arg("--help").assert().success());
    for word in ["generate", "inspect", "run", "compile", "Exit codes", "NO_COLOR"] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
    for code in 0..=5 {
        assert!(help.lines().any(|line| line.starts_with(&format!("  {code}  "))), "exit code {code}");
    }
    for verb in ["generate", "inspect", "run", "compile"] {
        let (help, _) = printed(&tool().args([verb, "--help"]).assert().success());
        let examples = help.lines().filter(|line| line.starts_with(&format!("  tvm-embedded {verb} "))).count();
        assert!(examples >= 3, "{verb} has {examples} examples");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{verb}");
    }
}

#[test]
fn version_reports_all_three() {
    let (version, _) = printed(&tool().arg("--version").assert().success());
    let lines: Vec<&str> = version.lines().collect();
    assert_eq!(lines[0], concat!("tvm-embedded ", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with("ABI of generated files and library: "));
    assert!(lines[2].contains("metadata versions"));
}

#[test]
fn wrong_command_lines_end_with_2() {
    for args in [
        &[][..],
        &["frobnicate"],
        &["inspect"],
        &["generate", "x.tar"],
        &["compile", "x.tflite"],
        &["compile", "x.tflite", "-o", "x.tar", "--pool", "SRAM=4"],
        &["compile", "x.tflite", "-o", "x.tar", "--pool", "sram=4G"],
        &["compile", "x.tflite", "-o", "x.tar", "--constants", "QSPI"],
        &["compile", "x.tflite", "-o", "x.tar", "--constants", "itcm:64K,qspi=first"],
        &["compile", "x.tflite", "-o", "x.tar", "--no-such-option"],
        &["compile", "x.tflite", "-o", "x.tar", "--name", "While"],
        &["run", "x.tar", "--input", "a="],
        &["run", "x.tar", "--repeat", "0"],
        &["run", "x.tar", "--workspace-offset", "4096"],
    ] {
        let assert = tool().args(args).assert().code(2);
        let (stdout, stderr) = printed(&assert);
        assert!(stdout.is_empty(), "{args:?}");
        assert!(stderr.contains("Usage") || stderr.contains("--help"), "{args:?}: {stderr}");
    }
}

#[test]
fn no_verb_overwrites_its_model_or_writes_a_file_twice() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("d.tflite");
    let content = fs::read(repository("models/digits/digits.tflite")).unwrap();
    fs::write(&model, &content).unwrap();
    let (name, same) = ("d.tflite", "./d.tflite");
    for (args, expected) in [
        (vec!["compile", name, "-o", same], "is the input"),
        (vec!["compile", name, "-o", "d.tar", "--report", same], "is the input"),
        (vec!["compile", name, "-o", "d.tar", "--report", "./d.tar"], "is another output"),
        (vec!["report", name, "-o", same], "is the input"),
        (vec!["run", name, "-o", "probabilities=./d.tflite"], "is the input"),
        (vec!["pack", name, "-o", same], "is the input"),
    ] {
        let (_, said) = printed(&tool().current_dir(folder.path()).args(&args).assert().code(2));
        assert!(said.contains(expected) && said.contains("another file"), "{args:?}: {said}");
        assert_eq!(fs::read(&model).unwrap(), content, "{args:?}");
        assert!(!folder.path().join("d.tar").exists(), "{args:?}");
    }
}

#[test]
fn missing_files_end_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.tar");
    for verb in [&["inspect"][..], &["run"], &["generate", "-o", "out"], &["compile", "-o", "out.tar"]] {
        let assert = tool().args(verb).arg(&missing).current_dir(folder.path()).assert().code(3);
        let (stdout, stderr) = printed(&assert);
        assert!(stdout.is_empty());
        assert!(stderr.starts_with("error: ") && stderr.contains("missing.tar"), "{stderr}");
    }
    let unwritable = folder.path().join("no/such/folder/out.tar");
    let model = repository("models/digits/digits.tflite");
    tool().arg("compile").arg(&model).arg("-o").arg(&unwritable).assert().code(3);
}

#[test]
fn files_that_are_not_models_end_with_1_and_advice() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let archive = archive(folder.path(), "whole", COPY);
    let whole = fs::read(archive).unwrap();
    for path in [
        file("empty.tar", b""),
        file("text.tar", b"Lorem ipsum"),
        file("cut.tar", &whole[..700]),
        file("no.tflite", b"not a model"),
        file("broken.tflite", b"\x1c\0\0\0TFL3\xff\xff\xff\x7f"),
    ] {
        let (stdout, stderr) = printed(&tool().arg("inspect").arg(&path).assert().code(1));
        assert!(stdout.is_empty());
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(stderr.starts_with("error: ") && stderr.contains(name), "{stderr}");
    }
    let (_, stderr) = printed(&tool().arg("inspect").arg(file("empty.tar", b"")).assert().code(1));
    assert!(stderr.contains("\n  next: "), "{stderr}");
    let out = folder.path().join("out.tar");
    for (path, expected) in [
        (file("empty.tflite", b""), "empty.tflite: is empty"),
        (file("w.tar", &whole), "w.tar: is an archive, not a .tflite file"),
    ] {
        let (_, stderr) = printed(&tool().arg("compile").arg(path).arg("-o").arg(&out).assert().code(1));
        assert!(stderr.contains(expected) && stderr.contains("\n  next: "), "{stderr}");
    }
}

#[test]
fn speed_that_changes_nothing_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let said = |optimize: &str| {
        let mut compile = tool();
        compile.arg("compile").arg(repository("models/digits/digits.tflite")).args(["--optimize", optimize, "-o"]);
        printed(&compile.arg(folder.path().join("d.tar")).assert().success()).1
    };
    assert!(said("speed").contains("--optimize speed changes nothing here"));
    assert!(!said("balanced").contains("speed"));
}

#[test]
fn pools_that_are_too_small_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("digits.tar");
    let mut compile = tool();
    compile.arg("compile").arg(repository("models/digits/digits.tflite")).arg("-o").arg(&archive);
    let (_, stderr) = printed(&compile.args(["--pool", "dtcm=1K"]).assert().code(1));
    assert!(stderr.contains("digits.tflite: pools too small") && stderr.contains("dtcm"), "{stderr}");
    assert!(!archive.exists());
}

#[test]
fn constants_in_pools_give_the_same_results() {
    let folder = tempfile::tempdir().unwrap();
    let images = repository("models/digits/test_images.bin");
    let expect = folder.path().join("expected.bin");
    let compile = |name: &str, options: &[&str]| {
        let archive = folder.path().join(name);
        let model = repository("models/digits/digits.tflite");
        let mut compile = tool();
        compile.arg("compile").arg(model).arg("-o").arg(&archive).args(["--core", "portable"]).args(options);
        (archive, printed(&compile.assert().success()).0)
    };
    let (plain, said) = compile("plain.tar", &[]);
    assert!(!said.contains("pools"), "{said}");
    tool().arg("run").arg(&plain).arg("--input").arg(&images).arg("--output").arg(&expect).assert().success();
    for options in ["itcm:2K,qspi", "itcm=0-2+7", "qspi"] {
        let (archive, said) = compile("pools.tar", &["--constants", options]);
        assert!(said.contains("\n  constants in pools: "), "{said}");
        tool().arg("run").arg(&archive).arg("--input").arg(&images).arg("--expect").arg(&expect).assert().success();
    }
    let (text, _) = printed(
        &tool().arg("inspect").arg(compile("pools.tar", &["--constants", "itcm:2K,qspi"]).0).assert().success(),
    );
    assert!(text.contains("itcm") && text.contains("data in the archive"), "{text}");
}

#[test]
fn inspect_shows_and_json_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "copier", COPY);
    let (text, stderr) = printed(&tool().arg("inspect").arg(&path).assert().success());
    assert!(stderr.is_empty(), "{stderr}");
    for word in ["Model copier", "x_0", "x/0", "int8", "workspace to give", "47", "Findings"] {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours without a terminal");

    let (json, _) = printed(&tool().args(["inspect", "--json"]).arg(&path).assert().success());
    let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let model = &facts["models"][0];
    assert_eq!(model["name"], "copier");
    assert_eq!(model["inputs"][0]["name"], "x/0");
    assert_eq!(model["inputs"][0]["c_name"], "x_0");
    assert_eq!(model["inputs"][0]["bytes"], 4);
    assert!(model["inputs"][0]["scale"].is_null());
    assert_eq!(model["workspaces"][0]["aligned_bytes"], 32);
    assert_eq!(model["workspaces"][0]["bytes"], 47);
}

#[test]
fn constants_that_are_not_numbers_are_named_and_run() {
    let mut model = fs::read(repository("fuzz/corpus/tflite/float32-everything.tflite")).unwrap();
    let graph = tvm_embedded_compiler::import::tflite::read(&model).unwrap();
    let bias = graph.subgraphs[0].tensors.iter().find(|tensor| tensor.name == "dense/bias").unwrap();
    let bias = bias.contents().unwrap().into_owned();
    let at = model.windows(bias.len()).position(|window| *window == *bias).unwrap();
    model[at..at + 4].copy_from_slice(&f32::NEG_INFINITY.to_le_bytes());
    model[at + 4..at + 8].copy_from_slice(&f32::NAN.to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.tflite");
    fs::write(&path, model).unwrap();
    fs::write(folder.path().join("x.bin"), [0; 288]).unwrap();
    let (text, _) = printed(&tool().arg("inspect").arg(&path).assert().success());
    assert!(text.contains("warning  dense/bias: of 5 constants 1 not a number (NaN), 1 infinite"), "{text}");
    let run = tool().arg("run").arg(&path).arg("--input").arg(folder.path().join("x.bin")).assert().success();
    assert!(printed(&run).0.contains("NaN"), "SOFTMAX spreads it");
}

#[test]
fn an_archive_of_several_models_needs_a_module_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive_of_two(folder.path(), ["left", "right"], COPY);
    let (text, _) = printed(&tool().arg("inspect").arg(&path).assert().success());
    assert!(text.contains("Model left") && text.contains("Model right"));
    let (text, _) = printed(&tool().arg("inspect").arg(&path).args(["--module", "right"]).assert().success());
    assert!(!text.contains("Model left") && text.contains("Model right"));
    for args in [&["--module", "middle"][..], &[]] {
        let (_, stderr) = printed(&tool().arg("run").arg(&path).args(args).assert().code(2));
        assert!(stderr.contains("left, right"), "{stderr}");
    }
}

#[test]
fn the_bundled_model_is_compiled_and_inspected() {
    let folder = tempfile::tempdir().unwrap();
    let model = repository("models/digits/digits.tflite");
    let archive = folder.path().join("digits.tar");
    let report = folder.path().join("report.json");
    let compile = |output: &std::path::Path| {
        tool().arg("compile").arg(&model).arg("-o").arg(output).arg("--report").arg(&report).assert().success()
    };
    let (text, stderr) = printed(&compile(&archive));
    assert!(text.contains("model digits") && text.contains("multiply-accumulates"), "{text}");
    assert!(stderr.is_empty());
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(facts["macs"], 66816);

    let again = folder.path().join("again.tar");
    compile(&again);
    assert!(fs::read(&archive).unwrap() == fs::read(&again).unwrap(), "the same file, the same archive");

    let inspect = |path: &std::path::Path| {
        let (json, _) = printed(&tool().args(["inspect", "--json"]).arg(path).assert().success());
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["models"].clone()
    };
    assert_eq!(inspect(&archive), inspect(&model), "an archive and its .tflite file give the same report");
    assert_eq!(inspect(&archive)[0]["inputs"][0]["shape"], serde_json::json!([1, 8, 8, 1]));
    let (text, _) = printed(&tool().arg("inspect").arg(&archive).assert().success());
    assert!(text.contains("Layers") && text.contains("66 816"), "{text}");
}

#[test]
fn a_pipe_that_its_reader_closes_is_not_an_error() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "copier", COPY);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"))
        .arg("inspect")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
