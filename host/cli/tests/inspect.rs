//! The output of `inspect` for `.tflite` models: lines that fit a terminal, in terms of this project.

mod common;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use common::{data, printed, repository, tool};
use serde_json::Value;

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

/// Names in C are copied from the text: none is shortened. Bytes that tensors share are counted once, so that no layer takes more RAM
/// than the model.
#[test]
fn names_in_c_are_whole_and_layers_fit_the_ram() {
    for model in models() {
        let assert = tool().arg("inspect").arg(&model).arg("--json").assert();
        if !assert.get_output().status.success() {
            continue;
        }
        let json: Value = serde_json::from_str(&printed(&assert).0).expect("JSON");
        let (text, _) = printed(&tool().arg("inspect").arg(&model).assert().success());
        let words: HashSet<&str> = text.split_whitespace().collect();
        let found = &json["models"][0];
        for key in ["inputs", "outputs"] {
            for tensor in found[key].as_array().expect("tensors") {
                let name = tensor["c_name"].as_str().expect("a name");
                assert!(words.contains(name), "{}: {name}\n{text}", model.display());
            }
        }
        let totals = &found["totals"];
        let number = |value: &Value| value.as_u64().unwrap_or(0);
        let all = number(&totals["workspace_bytes"]) + number(&totals["input_bytes"]) + number(&totals["output_bytes"]);
        let prefix = format!("tvmgen_{}_", found["name"].as_str().expect("a name"));
        for layer in found["layers"].as_array().expect("layers") {
            let name = layer["function"].as_str().expect("a name").replacen(&prefix, "", 1);
            assert!(words.contains(&*name), "{}: {name}\n{text}", model.display());
            assert!(number(&layer["ram_bytes"]) <= all, "{}: {layer} takes more than {all}", model.display());
        }
    }
}

/// Weights are in another order, with other padding, on each core: no core's bytes are shown as those of all.
#[test]
fn constants_are_shown_by_core() {
    let folder = tempfile::tempdir().expect("a directory");
    let (digits, archive) = (repository("models/digits/digits.tflite"), folder.path().join("digits.tar"));
    let by_core =
        "5 376 bytes on Cortex-M0, M0+, M3, M23, M52, M55, M85 and RISC-V, 5 424 on Cortex-M4, M7, M33 and M35P";
    let compile = |core: &str| {
        printed(&tool().arg("compile").arg(&digits).args(["--core", core, "-o"]).arg(&archive).assert().success()).0
    };
    assert!(compile("all").contains(&format!("  constants: {by_core}\n")));
    let (text, _) = printed(&tool().arg("inspect").arg(&archive).assert().success());
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(by_core) && joined.contains("flash: on Cortex-M0, M0+, M3, M23 and RISC-V"), "{text}");
    let (json, _) = printed(&tool().arg("inspect").arg(&archive).arg("--json").assert().success());
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let totals = &json["models"][0]["totals"];
    let found = ["constant_bytes", "constant_bytes_dsp", "constant_bytes_mve"].map(|key| totals[key].as_u64());
    assert_eq!(found, [Some(5376), Some(5424), Some(5376)]);
    for (core, bytes) in [("cortex-m0", "5 376"), ("M4", "5 424"), ("cortex-m55", "5 376")] {
        assert!(compile(core).contains(&format!("  constants: {bytes} bytes\n")), "{core}");
        let (text, _) = printed(&tool().arg("inspect").arg(&archive).assert().success());
        assert!(
            text.contains(&format!("Flash: {bytes} bytes of constants, and")) && !text.contains("flash: on"),
            "{text}"
        );
    }
}

/// Names that are shortened in the table are complete in the JSON.
#[test]
fn the_cores_of_an_archive_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("digits.tar");
    for (options, shown) in [
        ("", "  code for every core; --optimize balanced\n"),
        ("--core cortex-m4", "  code for Cortex-M4, M7, M33 and M35P only (--core); --optimize balanced\n"),
        ("--core cortex-m55 --optimize speed", "  code for Cortex-M52, M55 and M85 only (--core); --optimize speed\n"),
        ("--optimize size", "  portable code; --optimize size\n"),
    ] {
        let mut compile = tool();
        compile.arg("compile").arg(repository("models/digits/digits.tflite")).arg("-o").arg(&archive);
        compile.args(options.split_whitespace()).assert().success();
        let (text, _) = printed(&tool().arg("inspect").arg(&archive).assert().success());
        assert!(text.contains(shown), "{options}: {text}");
    }
}

#[test]
fn long_names_are_complete_in_json() {
    let Some(folder) = data("models") else { return };
    let model = folder.join("v2_okay_nabu.tflite");
    let (text, _) = printed(&tool().arg("inspect").arg(&model).assert().success());
    let (json, _) = printed(&tool().arg("inspect").arg(&model).arg("--json").assert().success());
    let name = "StatefulPartitionedCall:0";
    assert!(json.contains(name) && !text.contains(name) && text.contains('…'), "{text}");
}
