//! Sounds and pictures as inputs: the same results as from raw bytes, and directories as classes.
#![cfg(unix)]

mod common;
#[path = "common/media.rs"]
mod files;

use std::fs;
use std::path::{Path, PathBuf};

use common::{printed, repository, streaming_archive, tool};
use files::{gray, png, wav};
use png::{BitDepth, ColorType};
use serde_json::Value;

const NAMES: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

fn digits(name: &str) -> PathBuf {
    repository("models/digits").join(name)
}

/// The held-back images as pictures, in a directory for each digit.
fn pictures(folder: &Path, name: impl Fn(u8) -> String) -> PathBuf {
    let (images, labels) = (fs::read(digits("test_images.bin")).unwrap(), fs::read(digits("test_labels.bin")).unwrap());
    let root = folder.join("pictures");
    for (at, (image, &label)) in images.chunks_exact(64).zip(&labels).enumerate() {
        let pixels: Vec<u8> = image.iter().map(|&stored| (stored as i8 as i16 + 128) as u8).collect();
        let folder = root.join(name(label));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{at:03}.png")), gray(8, 8, &pixels)).unwrap();
    }
    root
}

fn findings(args: &[&str]) -> (Value, String) {
    let assert = tool().arg("validate").args(args).arg("--json").assert().success();
    let (json, error) = printed(&assert);
    (serde_json::from_str(&json).expect("JSON"), error)
}

#[test]
fn pictures_in_a_directory_for_each_class() {
    let folder = tempfile::tempdir().unwrap();
    let model = digits("digits.tflite").display().to_string();
    let root = pictures(folder.path(), |label| label.to_string()).display().to_string();
    let (found, error) = findings(&[&model, "--inputs", &root, "--worst", "1", "--at-least", "0.99"]);
    assert_eq!((&found["classes"]["right"], error.as_str()), (&357.into(), ""));
    let worst = &found["classes"]["worst"][0];
    let file = worst["file"].as_str().expect("a file");
    assert!(Path::new(file).exists() && file.contains(&format!("/{}/", worst["label"])), "{worst}");
    // The same range by name.
    assert_eq!(findings(&[&model, "--inputs", &root, "--range", "0..1"]).0["classes"], {
        let (all, _) = findings(&[&model, "--inputs", &root]);
        all["classes"].clone()
    });
    // Pixels that mean other values are other inputs.
    assert!(findings(&[&model, "--inputs", &root, "--range", "0..0.1"]).0["classes"]["right"].as_u64().unwrap() < 300);
    // Labels in a file come before the names of directories.
    let labels = folder.path().join("labels.csv");
    fs::write(&labels, "3\n".repeat(360)).unwrap();
    let (found, _) = findings(&[&model, "--inputs", &root, "--labels", labels.to_str().unwrap()]);
    assert_eq!(found["classes"]["of_class"][3]["samples"], 360);
}

#[test]
fn names_of_directories_are_classes_in_the_given_order() {
    let folder = tempfile::tempdir().unwrap();
    let model = digits("digits.tflite").display().to_string();
    let root = pictures(folder.path(), |label| NAMES[usize::from(label)].to_owned()).display().to_string();
    let names = folder.path().join("names.txt");
    fs::write(&names, NAMES.join("\n")).unwrap();
    let names = names.display().to_string();
    let (found, _) = findings(&[&model, "--inputs", &root, "--classes", &names]);
    assert_eq!((&found["classes"]["right"], &found["classes"]["names"][7]), (&357.into(), &"seven".into()));
    let assert = tool().args(["validate", &model, "--inputs", &root, "--classes", &names]).assert().success();
    let (text, _) = printed(&assert);
    assert!(text.contains("7 seven") && text.contains(".png: "), "{text}");
    // In alphabetical order, as they are counted without names, they are not this model's classes.
    let (found, _) = findings(&[&model, "--inputs", &root]);
    assert_eq!(found["classes"]["names"][0], "eight");
    assert!(found["classes"]["right"].as_u64().unwrap() < 100, "{found}");
}

#[test]
fn a_picture_gives_the_same_run_as_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let image = fs::read(digits("test_images.bin")).unwrap()[..64].to_vec();
    let pixels: Vec<u8> = image.iter().map(|&stored| (stored as i8 as i16 + 128) as u8).collect();
    let run = |name: &str, content: &[u8], more: &[&str]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let mut command = tool();
        command.arg("run").arg(digits("digits.tflite")).arg("--input").arg(path).args(more);
        printed(&command.assert().success())
    };
    let (expected, _) = run("x.bin", &image, &[]);
    assert_eq!(run("x.png", &gray(8, 8, &pixels), &[]), (expected.clone(), String::new()));
    // A palette, and gray of 4 bits, are the same picture if they hold the same colours.
    let four: Vec<u8> = pixels.iter().map(|pixel| pixel / 17 * 17).collect();
    let packed: Vec<u8> = four.chunks_exact(2).map(|pair| ((pair[0] / 17) << 4) | (pair[1] / 17)).collect();
    let small = png(8, 8, ColorType::Grayscale, BitDepth::Four, &packed);
    assert_eq!(run("y.png", &small, &[]).0, run("z.png", &gray(8, 8, &four), &[]).0);
    // The rows of a picture are a stream for a model that takes rows.
    let rows = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let model = repository("models/digit_rows/digit_rows.tflite");
        printed(&tool().arg("run").arg(model).arg("--input").arg(path).assert().success()).0
    };
    assert_eq!(rows("a.bin", &image), rows("a.png", &gray(8, 8, &pixels)));
}

#[test]
fn a_sound_is_stored_in_the_models_units() {
    let folder = tempfile::tempdir().unwrap();
    // Scale 0.5 and zero point -1; the output is the running sum of the input.
    let model = streaming_archive(folder.path(), "stream");
    let sound = folder.path().join("x.wav");
    fs::write(&sound, wav(16_000, 1, &[0, 8_192, -32_768, 32_767, 16_384, 0, 0, 0])).unwrap();
    let output = folder.path().join("y.bin");
    let run = |more: &[&str]| {
        let mut command = tool();
        command.arg("run").arg(&model).arg("--input").arg(&sound).arg("--output").arg(&output).args(more);
        let (_, error) = printed(&command.assert().success());
        (fs::read(&output).unwrap().iter().map(|&byte| byte as i8).collect::<Vec<_>>(), error)
    };
    // 4 * 0.25 / 0.5 - 1 = 1, -4 / 0.5 - 1 = -9, 4 / 0.5 - 1 = 7, and the second block in addition to the first.
    let expected = vec![-1, 1, -9, 7, -1 + 3, 0, -10, 6];
    let (found, note) = run(&["--range", "-4..4"]);
    assert_eq!(found, expected);
    assert!(note.contains("the sounds have 16000 samples for each second"), "{note}");
    assert_eq!(run(&["--range", "-4..4", "--rate", "16000"]), (expected, String::new()));
    tool()
        .arg("run")
        .arg(&model)
        .arg("--input")
        .arg(&sound)
        .args(["--range", "-4..4", "--rate", "8000"])
        .assert()
        .code(3);
    // A self-test takes the same files.
    let generate = |more: &[&str]| {
        let mut command = tool();
        command.arg("generate").arg(&model).arg("-o").arg(folder.path().join("out"));
        command.args(["--self-test", "2", "--input"]).arg(&sound).args(more).assert()
    };
    generate(&["--range", "-4..4", "--rate", "16000"]).success();
    generate(&[]).code(3);
    tool().arg("generate").arg(&model).args(["-o", "out", "--range", "0..1"]).assert().code(2);
}

/// The float original of the bundled model.
#[test]
fn the_float_original_is_compared() {
    let (model, original) =
        (digits("digits.tflite").display().to_string(), digits("digits_float32.tflite").display().to_string());
    let samples = [digits("test_images.bin"), digits("test_labels.bin")].map(|path| path.display().to_string());
    let (found, _) = findings(&[&model, "--inputs", &samples[0], "--labels", &samples[1], "--against", &original]);
    assert_eq!((&found["classes"]["right"], &found["against"]["right"]), (&357.into(), &356.into()));
    assert!(found["against"]["same"].as_u64().unwrap() >= 355, "{}", found["against"]);
}

#[test]
fn a_report_shows_what_validate_found() {
    let folder = tempfile::tempdir().unwrap();
    let model = digits("digits.tflite").display().to_string();
    let samples = [digits("test_images.bin"), digits("test_labels.bin")].map(|path| path.display().to_string());
    let (found, _) = findings(&[&model, "--inputs", &samples[0], "--labels", &samples[1]]);
    let (json, page) = (folder.path().join("findings.json"), folder.path().join("page.html"));
    fs::write(&json, found.to_string()).unwrap();
    let report = |more: &[&str]| {
        printed(&tool().args(["report", &model, "--validation"]).arg(&json).args(more).assert().success()).0
    };
    assert!(report(&[]).contains("accuracy: 357 of 360, 99.17 %"));
    let facts: Value = serde_json::from_str(&report(&["--json"])).unwrap();
    assert_eq!(facts["validation"], found);
    report(&["-o", page.to_str().unwrap()]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("<dt>Accuracy</dt><dd>99.17 %") && page.contains("<strong>36</strong>"), "no accuracy");
    assert_eq!(page.matches("taken for").count(), 3);
    assert_eq!(page.matches("style=\"--part:").count(), 100);
    for label in ["samples", "recall", "precision"] {
        assert_eq!(page.matches(&format!("data-label=\"{label}\"")).count(), 10, "{label}");
    }
}
