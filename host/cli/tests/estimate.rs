//! `estimate` beside what `cargo xtask bench` measured, as docs/performance.md has it.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::tool;
use serde_json::Value;

/// The most that an estimate may differ, as a part of what was measured.
const LIMIT: f64 = 0.10;
/// Bytes of flash that an estimate may differ in any case: of images of a few kilobytes.
const BYTES: f64 = 700.0;
/// All cores, in their order.
const CORES: [&str; 8] =
    ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A table of docs/performance.md: by model and core.
fn measured(section: &str) -> BTreeMap<(String, String), f64> {
    let text = fs::read_to_string(root().join("docs/performance.md")).unwrap();
    let part = text.split("\n## ").find(|part| part.starts_with(section)).unwrap();
    let rows: Vec<Vec<&str>> = part
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .map(|line| line.trim_end_matches('|').split('|').map(str::trim).collect())
        .collect();
    let cells = rows[2..].iter().flat_map(|row| {
        rows[0][1..]
            .iter()
            .zip(&row[1..])
            .filter_map(|(core, cell)| Some(((row[0].to_owned(), (*core).to_owned()), cell.parse().ok()?)))
    });
    cells.collect()
}

/// The bundled models, and those of docs/data.md that this machine has.
fn models() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["models/digits/digits.tflite", "models/digit_rows/digit_rows.tflite"].map(|file| root().join(file)).into();
    if let Some(data) = std::env::var_os("TVM_EMBEDDED_DATA") {
        for part in ["models", "networks", "exporters/models"] {
            let Ok(folder) = fs::read_dir(Path::new(&data).join(part)) else { continue };
            let all = folder.flatten().map(|entry| entry.path());
            files.extend(all.filter(|file| file.extension().is_some_and(|extension| extension == "tflite")));
        }
    }
    files
}

/// Instructions and bytes of flash with `--optimize size`, of docs/modes.md: by model and core.
fn measured_small() -> BTreeMap<(String, String), [f64; 2]> {
    let text = fs::read_to_string(root().join("docs/modes.md")).unwrap();
    let (mut all, mut core) = (BTreeMap::new(), String::new());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut core);
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let ["", model, "size", instructions, _, flash, ..] = cells[..] {
            let numbers = [instructions, flash].map(|number| number.parse().unwrap());
            all.insert((model.to_owned(), core.clone()), numbers);
        }
    }
    all
}

fn estimate(model: &Path) -> Value {
    estimate_with(model, &[])
}

fn estimate_with(model: &Path, options: &[&str]) -> Value {
    let output = tool().arg("estimate").arg(model).arg("--json").args(options).output().unwrap();
    assert!(output.status.success(), "{}: {}", model.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn estimates_are_within_ten_percent_of_what_was_measured() {
    let (instructions, flash) = (measured("Instructions"), measured("Flash"));
    let (mut compared, mut wrong) = (0, Vec::new());
    for file in models() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if !instructions.keys().any(|(model, _)| *model == name) {
            continue;
        }
        for core in estimate(&file)["cores"].as_array().unwrap() {
            let place = (name.clone(), core["core"].as_str().unwrap().to_owned());
            let (Some(count), Some(bytes)) = (instructions.get(&place), flash.get(&place)) else { continue };
            compared += 1;
            let estimated = core["instructions"].as_f64().unwrap();
            if (estimated - count).abs() > LIMIT * count {
                wrong.push(format!("{place:?}: {estimated} instructions, measured {count}"));
            }
            let estimated = core["code"].as_f64().unwrap() + core["constants"].as_f64().unwrap();
            if (estimated - bytes).abs() > (LIMIT * bytes).max(BYTES) {
                wrong.push(format!("{place:?}: {estimated} bytes of flash, measured {bytes}"));
            }
        }
    }
    println!("{compared} images compared");
    // The two bundled models on every core.
    assert!(compared >= 2 * CORES.len(), "{compared}");
    assert!(wrong.is_empty(), "of {compared}:\n{}", wrong.join("\n"));
}

#[test]
fn estimates_of_small_code_are_within_ten_percent_of_what_was_measured() {
    let measured = measured_small();
    assert_eq!(measured.len(), 15, "networks and cores of docs/modes.md");
    let mut wrong = Vec::new();
    for file in models() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if !measured.keys().any(|(model, _)| *model == name) {
            continue;
        }
        for core in estimate_with(&file, &["--optimize", "size"])["cores"].as_array().unwrap() {
            let place = (name.clone(), core["core"].as_str().unwrap().to_owned());
            let Some([count, bytes]) = measured.get(&place) else { continue };
            let figure = |name: &str| core[name].as_f64().unwrap();
            let (instructions, flash) = (figure("instructions"), figure("code") + figure("constants"));
            if (instructions - count).abs() > LIMIT * count || (flash - bytes).abs() > (LIMIT * bytes).max(BYTES) {
                wrong.push(format!("{place:?}: {instructions} and {flash}, measured {count} and {bytes}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The kernels of `--optimize size` have the names of the others: their costs must not be mixed up.
#[test]
fn small_code_has_its_own_costs() {
    for model in ["models/digits/digits.tflite", "models/digit_rows/digit_rows.tflite"] {
        let of = |mode: &str| estimate_with(&root().join(model), &["--optimize", mode])["cores"].clone();
        let (small, balanced) = (of("size"), of("balanced"));
        for (small, balanced) in small.as_array().unwrap().iter().zip(balanced.as_array().unwrap()) {
            let figure = |of: &Value, name: &str| of[name].as_f64().unwrap();
            assert!(figure(small, "instructions") > 1.1 * figure(balanced, "instructions"), "{model}: {small}");
            assert!(figure(small, "code") < figure(balanced, "code"), "{model}: {small}");
            // The portable path everywhere.
            assert_eq!(small["constants"], of("size")[0]["constants"], "{model}");
            assert!(small["not_measured"].as_array().unwrap().is_empty(), "{model}: {small}");
        }
    }
}

#[test]
fn names_of_cores_are_those_of_compile() {
    let digits = root().join("models/digits/digits.tflite");
    for (name, target) in tvm_embedded_compiler::ir::options::CORES {
        let run = tool().arg("estimate").arg(&digits).args(["--core", name]).output().unwrap();
        let several = ["all", "portable"].contains(name);
        assert_eq!(run.status.success(), !several, "{name}");
        let text = String::from_utf8(run.stdout).unwrap();
        let measured = CORES.contains(name);
        assert_eq!(several || measured, !text.contains("was not measured"), "{name}: {text}");
        if let Some(nearest) = tvm_embedded_compiler::cost::table::nearest(name) {
            assert!(text.contains(name) && text.contains(nearest), "{name}: {text}");
            // With the same instructions for weights.
            assert_eq!(Some(*target), tvm_embedded_compiler::ir::options::Target::of_core(nearest), "{name}");
        }
    }
    for core in CORES {
        assert!(tvm_embedded_compiler::ir::options::Target::of_core(core).is_some(), "compile does not take {core}");
    }
}

#[test]
fn every_core_is_there_and_has_its_own_costs() {
    let estimate = estimate(&root().join("models/digits/digits.tflite"));
    let cores = estimate["cores"].as_array().unwrap();
    let number = |core: &str, field: &str| {
        cores.iter().find(|known| known["core"] == core).and_then(|known| known[field].as_f64()).unwrap()
    };
    assert_eq!(cores.iter().map(|core| core["core"].as_str().unwrap()).collect::<Vec<_>>(), CORES);
    assert!(cores.iter().all(|core| core["not_measured"].as_array().unwrap().is_empty()), "{estimate}");
    // Kernels of three kinds: portable ones, and those with the DSP extension and MVE.
    for (more, less) in [
        ("cortex-m0", "cortex-m3"),
        ("cortex-m3", "cortex-m7"),
        ("rv32imac", "cortex-m33"),
        ("cortex-m33", "cortex-m55"),
    ] {
        assert!(number(more, "instructions") > 1.5 * number(less, "instructions"), "{more} and {less}");
    }
    // Weights that are packed for an extension take more room.
    assert!(number("cortex-m3", "constants") == number("rv32imac", "constants"));
    assert!(number("cortex-m3", "constants") < number("cortex-m7", "constants"));
    let cycles =
        |core: &str| cores.iter().find(|known| known["core"] == core).unwrap()["cycles_per_instruction"].clone();
    assert_eq!(
        (cycles("cortex-m3"), cycles("rv32imac")),
        (serde_json::json!([1.2, 1.8]), serde_json::json!([1.0, 2.0]))
    );
}

#[test]
fn text_names_cores_layers_and_assumptions() {
    let digits = root().join("models/digits/digits.tflite");
    let text = |args: &[&str]| {
        let output = tool().arg("estimate").arg(&digits).args(args).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let one = text(&["--core", "cortex-m4f"]);
    for part in ["cortex-m4f", "instructions", "conv_2d_0", "cycles: not measured", "stack at most", "2 256"] {
        assert!(one.contains(part), "{part}: {one}");
    }
    assert!(one.lines().all(|line| line.chars().count() <= 100), "{one}");
    let two = text(&["--core", "cortex-m4f", "--core", "cortex-m55"]);
    assert!(two.contains("cortex-m55") && !two.contains("conv_2d_0"), "{two}");
    let inside = text(&["--core", "cortex-m4f", "--io-in-workspace", "--ram", "2K"]);
    assert!(inside.contains("inputs 0, outputs 0"), "{inside}");
    assert!(!one.contains("have no FPU"), "{one}");
    let float = tool().arg("estimate").arg(root().join("models/digits/digits_float32.tflite")).output().unwrap();
    assert!(float.status.success() && String::from_utf8(float.stdout).unwrap().contains("have no FPU"));
}

#[test]
fn what_can_not_be_estimated_is_refused() {
    let output = tool().args(["estimate", "no.tflite"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let file = tempfile::NamedTempFile::with_suffix(".tar").unwrap();
    fs::write(file.path(), "text").unwrap();
    let output = tool().arg("estimate").arg(file.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let digits = root().join("models/digits/digits.tflite");
    let output = tool().arg("estimate").arg(digits).args(["--core", "cortex-m1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
