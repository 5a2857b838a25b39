//! `validate`: the bundled models have the accuracy of their references, on integers and on real values; labels of every kind.
#![cfg(unix)]

mod common;
#[path = "common/flatbuffer.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod flatbuffer;

use std::fs;
use std::path::{Path, PathBuf};

use common::{printed, repository, tool};
use serde_json::Value;

fn digits() -> PathBuf {
    repository("models/digits/digits.tflite")
}

fn file(name: &str) -> String {
    repository(&format!("models/digits/{name}")).display().to_string()
}

fn findings(model: &Path, args: &[&str]) -> Value {
    let assert = tool().arg("validate").arg(model).args(args).arg("--json").assert().success();
    serde_json::from_str(&printed(&assert).0).expect("JSON")
}

/// A `.npy` file of float32 or uint8.
fn npy(path: &Path, descr: &str, shape: &str, data: &[u8]) {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    let padding = " ".repeat(64 - (10 + header.len() + 1) % 64);
    let length = u16::try_from(header.len() + padding.len() + 1).unwrap();
    let mut content = b"\x93NUMPY\x01\0".to_vec();
    content.extend(length.to_le_bytes());
    content.extend(format!("{header}{padding}\n").bytes());
    content.extend(data);
    fs::write(path, content).unwrap();
}

/// The held-back images as real values.
fn real_images() -> Vec<u8> {
    let stored = fs::read(file("test_images.bin")).unwrap();
    stored.iter().flat_map(|&byte| ((f32::from(byte as i8) + 128.0) / 255.0).to_le_bytes()).collect()
}

#[test]
fn the_bundled_model_is_right_357_times_of_360() {
    let args = ["--inputs", &file("test_images.bin"), "--labels", &file("test_labels.bin")];
    let found = findings(&digits(), &args);
    let classes = &found["classes"];
    assert_eq!((&found["samples"], &classes["right"]), (&360.into(), &357.into()));
    assert!((classes["accuracy"].as_f64().unwrap() - 357.0 / 360.0).abs() < 1e-12);
    let cells = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect::<Vec<_>>();
    let confusion: Vec<Vec<u64>> = classes["confusion"].as_array().unwrap().iter().map(cells).collect();
    assert!(confusion.iter().all(|row| row.iter().sum::<u64>() == 36), "{confusion:?}");
    assert_eq!((0..10).map(|i| confusion[i][i]).sum::<u64>(), 357);
    assert_eq!(classes["worst"].as_array().unwrap().len(), 3);
    assert!(classes["top_right"].as_u64().unwrap() >= 357 && classes["top"] == 5);
    let (text, error) = printed(&tool().arg("validate").arg(digits()).args(args).assert().success());
    assert!(text.contains("accuracy: 357 of 360, 99.17 %") && text.contains("Largest errors"), "{text}");
    // No progress without a terminal.
    assert_eq!(error, "");
}

/// Real values, in one file and in a directory, on any number of cores.
#[test]
fn real_values_are_quantised_by_the_models_own_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let (all, parts, labels) =
        (folder.path().join("all.npy"), folder.path().join("parts"), folder.path().join("y.csv"));
    let images = real_images();
    npy(&all, "<f4", "360, 8, 8", &images);
    fs::create_dir(&parts).unwrap();
    let half = images.len() / 2;
    npy(&parts.join("1.npy"), "<f4", "180, 8, 8, 1", &images[..half]);
    npy(&parts.join("2.npy"), "<f4", "180, 8, 8, 1", &images[half..]);
    let classes = fs::read(file("test_labels.bin")).unwrap();
    let lines: String = classes.iter().map(|class| format!("{class}\n")).collect();
    fs::write(&labels, format!("class\n{lines}")).unwrap();
    for (inputs, jobs) in [(&all, "1"), (&all, "3"), (&parts, "64")] {
        let args = ["--inputs", inputs.to_str().unwrap(), "--labels", labels.to_str().unwrap(), "--jobs", jobs];
        assert_eq!(findings(&digits(), &args)["classes"]["right"], 357, "{args:?}");
    }
    // A shape of another model.
    npy(&all, "<f4", "360, 64", &images);
    let assert = tool().arg("validate").arg(digits()).arg("--inputs").arg(&all).assert().code(3);
    assert!(printed(&assert).1.contains("shape [360, 64]"));
}

#[test]
fn streams_are_evaluated_by_the_last_of_their_runs() {
    let rows = repository("models/digit_rows/digit_rows.tflite");
    let args = ["--inputs", &file("test_images.bin"), "--labels", &file("test_labels.bin"), "--steps", "8"];
    let stream = findings(&rows, &[&args[..], &["--continuous"]].concat());
    assert_eq!((&stream["samples"], &stream["classes"]["right"]), (&360.into(), &356.into()));
    // With a reset before each sample, the number of cores makes no difference.
    let [one, four] = ["1", "4"].map(|jobs| findings(&rows, &[&args[..], &["--jobs", jobs]].concat()));
    assert_eq!(one["classes"], four["classes"]);
    assert!(one["classes"]["right"].as_u64().unwrap() >= 350, "{one}");
    tool().arg("validate").arg(digits()).args(args).assert().code(2);
    // Who forgets the steps is told of them, also where the labels then do not fit.
    for args in [&args[..2], &args[..4]] {
        let (_, said) = printed(&tool().arg("validate").arg(&rows).args(args).assert());
        assert!(said.contains("note: the model keeps state between runs") && said.contains("--steps N"), "{said}");
    }
}

#[test]
fn another_model_is_compared() {
    let args = ["--inputs", &file("test_images.bin"), "--labels", &file("test_labels.bin")];
    let same = findings(&digits(), &[&args[..], &["--against", digits().to_str().unwrap()]].concat());
    let against = &same["against"];
    assert_eq!((&against["same"], &against["right"]), (&360.into(), &357.into()));
    assert_eq!((&against["greatest_difference"], &against["worst"]), (&0.0.into(), &Value::Array(Vec::new())));
    let rows = repository("models/digit_rows/digit_rows.tflite");
    let assert = tool().arg("validate").arg(digits()).args(args).arg("--against").arg(rows).assert().code(2);
    assert!(printed(&assert).1.contains("next: --against takes a model with the same inputs"));
}

/// Without labels: what the outputs hold, how fast, how far another model agrees, and what labels would add.
#[test]
fn without_labels_the_outputs_are_described() {
    let [images, classes, model] = ["test_images.bin", "test_labels.bin", "digits.tflite"].map(file);
    let args = ["--inputs", &images, "--against", &model];
    let found = findings(&digits(), &args);
    let output = &found["outputs"][0];
    assert_eq!((&output["output"], &output["not_finite"]), (&"probabilities".into(), &0.into()));
    let [smallest, mean, greatest] = [0, 1, 2].map(|i| output["range"][i].as_f64().unwrap());
    // Probabilities of ten classes.
    assert!(smallest == 0.0 && greatest > 0.99 && (mean - 0.1).abs() < 0.001, "{output}");
    let counts: Vec<u64> = output["greatest"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert!(counts.len() == 10 && counts.iter().sum::<u64>() == 360 && counts.iter().all(|&n| n > 30), "{counts:?}");
    let (text, said) = printed(&tool().arg("validate").arg(digits()).args(args).assert().success());
    for part in [
        "360 samples",
        " runs per second on one core",
        "  probabilities         0",
        "greatest element of probabilities",
        "others (",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("same greatest element: 360 of 360, 100.00 %"), "{text}");
    assert!(said.starts_with("note: how often the model is right needs labels: --labels FILE"), "{said}");
    let labels = [&args[..2], &["--labels", &classes]].concat();
    assert!(findings(&digits(), &labels).get("outputs").is_none());
}

/// A model with two outputs: nothing has to be chosen to look at them.
#[test]
fn all_outputs_are_described() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("two.tflite");
    fs::write(&model, flatbuffer::with_second_output(&fs::read(digits()).unwrap())).unwrap();
    let [images, classes] = ["test_images.bin", "test_labels.bin"].map(file);
    let inputs = ["--inputs", &images];
    let found = findings(&model, &inputs);
    assert_eq!((found["outputs"].as_array().map(Vec::len), found.get("output")), (Some(2), None));
    let (text, _) = printed(&tool().arg("validate").arg(&model).args(inputs).assert().success());
    assert!(text.contains("360 samples, ") && text.contains("probabilities   "), "{text}");
    let one = findings(&model, &[&inputs[..], &["--output", "probabilities"]].concat());
    assert_eq!((one["outputs"].as_array().map(Vec::len), &one["output"]), (Some(2), &"probabilities".into()));
    let labels = [&inputs[..], &["--labels", &classes]].concat();
    let assert = tool().arg("validate").arg(&model).args(labels).assert().code(2);
    assert!(printed(&assert).1.contains("the model has 2 outputs\n  next: choose one with --output: "));
}

#[test]
fn values_and_thresholds() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = folder.path().join("y.npy");
    npy(&wanted, "<f4", "360, 10", &0.5f32.to_le_bytes().repeat(3600));
    let images = file("test_images.bin");
    let found = findings(&digits(), &["--inputs", &images, "--labels", wanted.to_str().unwrap()]);
    let values = &found["values"];
    assert!((values["greatest_error"].as_f64().unwrap() - 0.5).abs() < 0.01, "{values}");
    let inputs = ["--inputs", &images, "--labels", &file("test_labels.bin")];
    let at_least = |part: &str| tool().arg("validate").arg(digits()).args(inputs).args(["--at-least", part]).assert();
    at_least("0.99").success();
    assert!(printed(&at_least("0.995").code(4)).1.contains("accuracy 0.9917 is below 0.995"));
    at_least("2").code(2);
}

#[test]
fn wrong_labels_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let labels = folder.path().join("y.csv");
    let images = file("test_images.bin");
    for (content, words) in [
        ("1\n2\n".to_owned(), "holds 2 labels, expected 3600"),
        ("10\n".repeat(360), "label 0 is 10, classes are 0 to 9"),
        ("1\nx\n".to_owned(), "line 2 holds something that is not a number"),
        ("class\n".to_owned(), "holds no numbers"),
    ] {
        fs::write(&labels, content).unwrap();
        let args = ["--inputs", &images, "--labels", labels.to_str().unwrap()];
        let (_, error) = printed(&tool().arg("validate").arg(digits()).args(args).assert().code(3));
        assert!(error.contains(words), "{error}");
    }
}
