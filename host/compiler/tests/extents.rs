//! Shapes are computed: where a file has none for what operators compute, or those for other inputs, the result is the same.

mod common;

use common::{Recording, compare, python, scratch};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use tvm_embedded_compiler::import::tflite::read;
use tvm_embedded_compiler::ir::graph::{Graph, OpKind};
use tvm_embedded_compiler::passes::{advise, detections, fold, inline};
use tvm_embedded_compiler::{InputShape, Options, compile};

/// Operators whose outputs have the shape that the file gives them: nothing else determines it.
const BY_THE_FILE: [OpKind; 7] = [
    OpKind::CIRCULAR_BUFFER,
    OpKind::CUSTOM,
    OpKind::DETECTION_POSTPROCESS,
    OpKind::ETHOS_U,
    OpKind::READ_VARIABLE,
    OpKind::SIGNAL_ENERGY,
    OpKind::VAR_HANDLE,
];

/// Subgraphs have shapes of their own.
const NESTED: [OpKind; 2] = [OpKind::IF, OpKind::WHILE];

/// Models that are tried with each word changed.
const DAMAGED: [&str; 2] = ["arithmetic", "halves"];

#[test]
fn shapes_that_are_not_in_the_file_are_those_of_the_file() {
    let scratch = scratch();
    let models = scratch.path().join("models");
    if !python("models.py", &["--out", models.to_str().unwrap(), "--untried"]) {
        return;
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in files(&models) {
        let graph = read(&fs::read(&path).unwrap()).unwrap();
        let main = &graph.subgraphs[0];
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // The reference takes the lengths of slices that a run computes from the file.
        if name.starts_with("slice-run-") {
            continue;
        }
        if main.operators.iter().any(|op| NESTED.contains(&op.kind)) || folded(graph.clone()).is_err() {
            continue;
        }
        main.operators.iter().for_each(|op| *kinds.entry(op.kind.to_string()).or_default() += 1);
        match (folded(graph.clone()), folded(without_shapes(graph))) {
            (Ok(expected), Ok(found)) if expected != found => {
                wrong.push(format!("{name}: {found:?}, not {expected:?}"))
            }
            (Ok(_), Err(error)) => wrong.push(format!("{name}: {error}")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} models: {}", wrong.len(), wrong.join("\n"));
    assert!(kinds.len() > 80, "only {kinds:?}");
}

/// The shapes of what the operators that are left read and write.
fn folded(mut graph: Graph) -> Result<Vec<Vec<usize>>, String> {
    inline::inline(&mut graph);
    detections::dequantise(&mut graph);
    fold::fold(&mut graph).map_err(|errors| errors.to_string())?;
    let main = &graph.subgraphs[0];
    let tensors = main.operators.iter().flat_map(|op| op.inputs.iter().flatten().chain(&op.outputs));
    Ok(tensors.chain(&main.outputs).map(|&id| main.tensor(id).shape.clone()).collect())
}

/// The same with 1 for each dimension of what operators compute.
fn without_shapes(mut graph: Graph) -> Graph {
    let main = &mut graph.subgraphs[0];
    let erased = main.operators.iter().filter(|op| !BY_THE_FILE.contains(&op.kind)).flat_map(|op| &op.outputs);
    for id in erased.copied().collect::<Vec<_>>() {
        let tensor = &mut main.tensors[id.0];
        tensor.shape.fill(1);
        tensor.unknown = true;
    }
    graph
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    files.sort();
    files
}

#[test]
fn inputs_of_a_chosen_size_equal_the_interpreter() {
    let scratch = scratch();
    let folder = scratch.path();
    if !python("sized.py", &["--out", folder.to_str().unwrap()]) {
        return;
    }
    let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut compared = 0;
    for model in index.as_array().unwrap() {
        let name = model["name"].as_str().unwrap();
        let open = fs::read(folder.join(format!("{name}.open.tflite"))).unwrap();
        let fixed = fs::read(folder.join(format!("{name}.fixed.tflite"))).unwrap();
        let options = Options { input_shapes: shapes(&model["shapes"]), ..Options::default() };
        // Without the option the shapes after the input are those of no input at all.
        let refused = compile(&open, &Options::default()).unwrap_err();
        let way = advise::advice(&read(&open).unwrap(), &refused).unwrap_or_default();
        assert!(way.contains("--input-shape"), "{name}: {refused}; {way}");
        let [open_archive, fixed_archive] = [(&open, &options), (&fixed, &Options::default())]
            .map(|(file, options)| compile(file, options).unwrap_or_else(|errors| panic!("{name}: {errors}")).archive);
        assert!(open_archive == fixed_archive, "{name}: another archive than of the file with these shapes");
        if DAMAGED.contains(&name) {
            survives_damage(&open, &options);
        }
        let recording = Recording::read(&folder.join(name));
        for (mode, all) in [("planned", false), ("all", true)] {
            let options = Options { keep_all_tensors: all, ..options.clone() };
            let equal = compare(&open, &options, &recording, &folder.join(format!("{name}.{mode}")), true);
            compared += equal.unwrap_or_else(|difference| panic!("{name}, {mode}: {difference}"));
        }
    }
    assert!(compared > 20, "{compared} tensors");
}

/// Damaged files with shapes for their inputs: no panic.
fn survives_damage(tflite: &[u8], options: &Options) {
    let mut damaged = tflite.to_vec();
    for at in (0..tflite.len() - 4).step_by(4) {
        for lie in [0u32, 1, 3, 0x7fff_ffff, 0xffff_ffff] {
            damaged[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            if catch_unwind(|| compile(&damaged, options).map(drop)).is_err() {
                panic!("panic with word {at} = {lie:#x}");
            }
        }
        damaged[at..at + 4].copy_from_slice(&tflite[at..at + 4]);
    }
}

/// From `{"x": [1, 16000]}`.
fn shapes(given: &Value) -> Vec<InputShape> {
    let shape = |sizes: &Value| sizes.as_array().unwrap().iter().map(|size| size.as_u64().unwrap() as usize).collect();
    let given = given.as_object().unwrap().iter();
    given.map(|(name, sizes)| InputShape { input: Some(name.clone()), shape: shape(sizes) }).collect()
}
