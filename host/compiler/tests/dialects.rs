//! Generated C and its kernels in every dialect of C and of C++ without a warning: for each operator with each of its types.

mod common;

use common::{python, scratch, unpack};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_compiler::import::tflite;
use tvm_embedded_compiler::ir::model::Model;
use tvm_embedded_compiler::ops::definitions;
use tvm_embedded_compiler::{Options, compile, plan_model};

const C: [&str; 4] = ["c99", "c11", "c17", "c2x"];

/// Designated initialisers are part of C++ only from C++20 on; `docs/kernels.md` says why they are used.
const CPP: [(&str, bool); 5] = [("c++11", true), ("c++14", true), ("c++17", true), ("c++20", false), ("c++2b", false)];

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// Operators without a case of the oracle: RANK always becomes a constant, without code; user's functions and parts for an
/// NPU have tests of their own.
const WITHOUT_MODEL: [&str; 3] = ["CUSTOM", "ethos-u", "RANK"];

#[test]
fn every_operator_in_every_dialect() {
    let scratch = scratch();
    let folder = scratch.path();
    let models = folder.join("models");
    if !python("models.py", &["--out", models.to_str().unwrap(), "--untried"]) {
        return;
    }
    let (unit, includes) = write_unit(&models, folder);
    let (mut tried, mut wrong) = (0, String::new());
    for (compiler, language, dialect, before_20) in calls() {
        let mut command = Command::new(compiler);
        command.args(["-x", language, &format!("-std={dialect}"), "-fsyntax-only"]).args(WARNINGS);
        if language == "c++" {
            command.arg("-Wold-style-cast");
        }
        if before_20 {
            command.arg(if compiler.starts_with("clang") { "-Wno-c++20-designator" } else { "-Wno-c++20-extensions" });
        }
        let Ok(output) = command.args(&includes).arg(&unit).output() else {
            println!("SKIPPED: {compiler} is not installed, so generated code is not checked as {dialect} with it");
            continue;
        };
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let first: Vec<&str> = errors.lines().take(12).collect();
            let _ = writeln!(wrong, "{compiler} -std={dialect}\n{}", first.join("\n"));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 0, "no compiler");
}

/// Compiler, language, dialect, and whether it is C++ before designated initialisers.
fn calls() -> Vec<(&'static str, &'static str, &'static str, bool)> {
    let mut calls = Vec::new();
    for (c, cpp) in [("gcc", "g++"), ("clang", "clang++")] {
        calls.extend(C.map(|dialect| (c, "c", dialect, false)));
        calls.extend(CPP.map(|(dialect, before_20)| (cpp, "c++", dialect, before_20)));
    }
    calls
}

/// One file that includes the sources of enough models, and the `-I` for them. Kernels have include guards, so that a call of a
/// compiler reads each once.
fn write_unit(models: &Path, folder: &Path) -> (PathBuf, Vec<String>) {
    let mut covered = BTreeSet::new();
    let (mut text, mut includes, mut taken) = (String::new(), Vec::new(), 0);
    for path in files(models) {
        let tflite = fs::read(&path).unwrap();
        // Planning takes longer than reading: only models with a new feature are planned.
        let before = covered.len();
        covered.extend(operators(&tflite));
        if covered.len() == before {
            continue;
        }
        for io_in_workspace in [false, true] {
            let place = if io_in_workspace { "in_workspace" } else { "apart" };
            let module_name = Some(format!("m{taken}_{place}"));
            let options = Options { io_in_workspace, module_name, ..Options::default() };
            let model = plan_model(&tflite, &options).unwrap_or_else(|errors| panic!("{path:?}: {errors}"));
            if !covered.insert(frame(&model)) && io_in_workspace {
                continue;
            }
            taken += 1;
            let own = folder.join(&model.module);
            let output = compile(&tflite, &options).unwrap();
            include(&mut text, &model, &unpack(&output.archive, &own));
            includes.push(format!("-I{}", own.join("codegen/host/include").display()));
        }
    }
    let missing: Vec<String> = definitions()
        .map(|definition| definition.kind.to_string())
        .filter(|kind| !covered.iter().any(|feature| feature.split(' ').next() == Some(kind)))
        .collect();
    assert_eq!(missing, WITHOUT_MODEL, "operators without a model");
    println!("{taken} models for {} features", covered.len());
    let unit = folder.join("unit.c");
    fs::write(&unit, text).unwrap();
    (unit, includes)
}

/// The sources of a model; its arrays are renamed, since they are static in files of their own.
fn include(text: &mut String, model: &Model, sources: &[PathBuf]) {
    let layers = model.layers.iter().flat_map(|planned| &planned.layer.constants);
    let arrays = model.constants.iter().map(|(_, array)| array).chain(layers).map(|array| array.name.clone());
    let names: Vec<String> = arrays.chain((0..model.states.len()).map(|i| format!("initial_{i}"))).collect();
    for name in &names {
        let _ = writeln!(text, "#define {name} {name}_of_{}", model.module);
    }
    for source in sources {
        let _ = writeln!(text, "#include \"{}\"", source.display());
    }
    for name in names {
        let _ = writeln!(text, "#undef {name}");
    }
}

/// Features of the operators that are compiled once each: types, constant inputs, what selects a kernel.
fn operators(tflite: &[u8]) -> Vec<String> {
    let Ok(graph) = tflite::read(tflite) else { return Vec::new() };
    let mut features = Vec::new();
    for subgraph in &graph.subgraphs {
        for operator in &subgraph.operators {
            let mut feature = format!("{} ", operator.kind);
            let first = operator.inputs.first().copied().flatten().map(|id| subgraph.tensor(id));
            for id in operator.inputs.iter().flatten().chain(&operator.outputs) {
                let tensor = subgraph.tensor(*id);
                let same = first.is_some_and(|first| first.shape == tensor.shape);
                let _ = write!(feature, "{} {} {same}, ", tensor.dtype, tensor.data.is_some());
            }
            features.push(feature);
        }
    }
    features
}

/// Features of the functions around the layers that are compiled once each.
fn frame(model: &Model) -> String {
    let (inputs, outputs) = (model.inputs.len().min(2), model.outputs.len().min(2));
    let (pools, states) = (model.pools.len(), model.states.len().min(2));
    format!("frame {inputs} {outputs} {pools} {states} {}", model.io_in_workspace)
}

fn files(models: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(models).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    files.sort();
    files
}
