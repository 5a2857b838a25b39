//! The output of `inspect` for `.tflite` models: lines that fit a terminal, in terms of this project.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{data, printed, repository, tool};

/// The bundled models, and those of the data that are there.
fn models() -> Vec<PathBuf> {
    let mut models = vec![repository("models/digits/digits.tflite"), repository("models/digit_rows/digit_rows.tflite")];
    for folder in ["models", "networks"].into_iter().filter_map(data) {
        let listed = fs::read_dir(folder).expect("a directory").map(|entry| entry.expect("an entry").path());
        models.extend(listed.filter(|path| path.extension().is_some_and(|extension| extension == "tflite")));
    }
    models
}

#[test]
fn lines_fit_and_do_not_mention_tvm() {
    let mut inspected = 0;
    for model in models() {
        let assert = tool().arg("inspect").arg(&model).assert();
        // Some are refused.
        if !assert.get_output().status.success() {
            continue;
        }
        inspected += 1;
        let (text, _) = printed(&assert);
        let of_path = |line: &&str| !line.contains("compiled in memory by");
        for line in text.lines().filter(of_path) {
            assert!(line.chars().count() <= 100, "{}: {line}", model.display());
        }
        for word in ["interface c", "target c", "Relay", "packed", "TVMBackend"] {
            assert!(!text.contains(word), "{}: {word}\n{text}", model.display());
        }
    }
    assert!(inspected >= 2);
}

/// Names that are shortened in the table are complete in the JSON.
#[test]
fn long_names_are_complete_in_json() {
    let Some(folder) = data("models") else { return };
    let model = folder.join("v2_okay_nabu.tflite");
    let (text, _) = printed(&tool().arg("inspect").arg(&model).assert().success());
    let (json, _) = printed(&tool().arg("inspect").arg(&model).arg("--json").assert().success());
    let name = "StatefulPartitionedCall:0";
    assert!(json.contains(name) && !text.contains(name) && text.contains('…'), "{text}");
}
