//! `report`: pages, pictures, text and JSON of real models. `cargo xtask pages` judges what a browser shows.

mod common;
#[path = "common/flatbuffer.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod flatbuffer;

use std::fs;
use std::path::{Path, PathBuf};

use common::{printed, repository, tool};
use serde_json::{Value, json};

fn digits() -> PathBuf {
    repository("models/digits/digits.tflite")
}

fn report(model: &Path, output: &Path, more: &[&str]) {
    tool().arg("report").arg(model).arg("-o").arg(output).args(more).assert().success().stdout("");
}

fn facts(model: &Path, more: &[&str]) -> Value {
    let assert = tool().arg("report").arg(model).arg("--json").args(more).assert().success();
    serde_json::from_str(&printed(&assert).0).expect("JSON")
}

/// Tensors without names are called by their number.
#[test]
fn tensors_without_names_have_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("plain.tflite");
    fs::write(&model, flatbuffer::without_names(&fs::read(digits()).unwrap())).unwrap();
    let found = facts(&model, &[]);
    let names = |key: &str| -> Vec<&str> {
        found[key].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect()
    };
    let all: Vec<&str> = [names("inputs"), names("outputs"), names("buffers")].concat();
    let named = |name: &str| name.strip_prefix("tensor_").is_some_and(|number| number.parse::<u32>().is_ok());
    // A tensor and the one that shares its place are joined by an equals sign.
    let known = |name: &&str| name.starts_with("scratch of ") || name.split(" = ").all(named);
    assert!(all.iter().all(known), "{all:?}");
    let advice = found["advice"].to_string();
    assert!(advice.contains("bytes at once: tensor_"), "{advice}");
}

/// Memory in use never exceeds a pool, and at the peak it equals the compiler's figure.
#[test]
fn facts_agree_with_the_compiler() {
    for (model, more) in
        [("digits/digits", &[][..]), ("digit_rows/digit_rows", &[]), ("digits/digits", &["--io-in-workspace"])]
    {
        let facts = facts(&repository(&format!("models/{model}.tflite")), more);
        let number = |value: &Value| value.as_u64().expect("a number");
        for pool in facts["pools"].as_array().expect("pools") {
            let live: Vec<u64> = pool["live"].as_array().expect("a list").iter().map(number).collect();
            assert_eq!(live.len(), facts["layers"].as_array().expect("layers").len());
            let most = live.iter().max().copied().expect("layers");
            assert!(most <= number(&pool["bytes"]), "{pool}");
            assert!(
                live.iter().position(|&bytes| bytes == most) == pool["peak"].as_u64().map(|at| at as usize),
                "{pool}"
            );
            if pool["state"] == false {
                assert!(most <= number(&facts["totals"]["live"]), "{pool}");
            }
        }
        let sum: u64 = facts["layers"].as_array().expect("layers").iter().map(|layer| number(&layer["macs"])).sum();
        assert_eq!(sum, number(&facts["totals"]["macs"]));
    }
}

/// `inspect` says the same of each layer, and layers hold all constants.
#[test]
fn layers_take_what_inspect_says() {
    for (model, key) in
        [("digits", "constant_bytes"), ("digits", "constant_bytes_dsp"), ("digits_float32", "constant_bytes")]
    {
        let file = repository(&format!("models/digits/{model}.tflite"));
        let core = if key == "constant_bytes" { "cortex-m0" } else { "cortex-m4" };
        let facts = facts(&file, &["--core", core]);
        let inspected = printed(&tool().arg("inspect").arg(&file).arg("--json").assert().success()).0;
        let inspected: Value = serde_json::from_str(&inspected).expect("JSON");
        let inspected = &inspected["models"][0];
        assert_eq!(facts["totals"]["constants"], inspected["totals"][key], "{model}, {core}");
        let column = |layers: &Value, key: &str| -> Vec<u64> {
            let layers = layers.as_array().expect("layers").iter();
            layers.map(|layer| layer[key].as_u64().expect("a number")).collect()
        };
        assert_eq!(column(&facts["layers"], "ram"), column(&inspected["layers"], "ram_bytes"), "{model}, {core}");
        let flash = column(&facts["layers"], "flash");
        assert_eq!(Some(flash.iter().sum()), facts["totals"]["constants"].as_u64(), "{model}, {core}");
        if key == "constant_bytes" {
            assert_eq!(flash, column(&inspected["layers"], "flash_bytes"), "{model}, {core}");
        }
    }
}

#[test]
fn the_format_follows_the_name_or_the_option() {
    let folder = tempfile::tempdir().unwrap();
    for (name, option, begins) in [
        ("a.html", None, "<!DOCTYPE html>"),
        ("a.svg", None, "<?xml"),
        ("a.json", None, "{\n"),
        ("a.txt", None, "digits ("),
        ("b.txt", Some("--svg"), "<?xml"),
        ("c", Some("--json"), "{\n"),
        ("d.html", Some("--text"), "digits ("),
        ("e.pdf", Some("--text"), "digits ("),
        ("f", None, "digits ("),
        ("G.HTM", None, "<!DOCTYPE html>"),
    ] {
        let path = folder.path().join(name);
        report(&digits(), &path, option.as_slice());
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(begins), "{name}: {text:.40}");
    }
    tool().arg("report").arg(digits()).args(["--svg", "--json"]).assert().code(2);
    let odd = folder.path().join("odd.pdf");
    let (_, error) = printed(&tool().arg("report").arg(digits()).arg("-o").arg(&odd).assert().code(2));
    assert!(error.contains("as .pdf\n") && error.contains(".html") && error.contains("--text"), "{error}");
    assert!(!odd.exists());
}

/// The options of `compile` are those of `report`, and its advice names the one that fits a number of bytes.
#[test]
fn what_the_compiler_is_asked_for_is_in_the_report() {
    let ram = |facts: &Value| {
        ["workspace", "state", "inputs", "outputs"]
            .iter()
            .map(|name| facts["totals"][name].as_u64().unwrap())
            .sum::<u64>()
    };
    let names_ram = |facts: &Value| facts["advice"].to_string().contains("--ram BYTES");
    let free = facts(&digits(), &[]);
    let wanted = ram(&free) - 200;
    let fitted = facts(&digits(), &["--ram", &wanted.to_string()]);
    assert!(ram(&fitted) <= wanted, "{wanted}: {fitted}");
    assert!(names_ram(&free) && !names_ram(&fitted), "{}", free["advice"]);
    let small = facts(&digits(), &["--optimize", "size", "--io-in-workspace"]);
    assert_ne!(small["layers"], free["layers"]);
    assert_eq!(free["options"], Value::Null);
    assert_eq!(fitted["options"], json!([format!("--ram {wanted}")]));
    assert_eq!(small["options"], json!(["--io-in-workspace", "--optimize size"]));
    let text = tool().arg("report").arg(digits()).args(["--optimize", "size"]).assert().success();
    assert!(printed(&text).0.contains("\n  compiled with --optimize size\n"));
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    report(&digits(), &page, &["--pool", "dtcm=16K", "--pool", "sram", "--int4", "bytes"]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(", with <code>--pool dtcm=16384 --pool sram --int4 bytes</code>"));
    // The legend names what there is to see.
    assert!(page.contains("</span>scratch memory (hatched)</li>") && !page.contains("</span>state (dotted)"));
    tool().arg("report").arg(digits()).args(["--ram", "100"]).assert().code(1);
}

#[test]
fn all_modes_are_beside_each_other() {
    let modes = |options: &[&str]| facts(&digits(), options)["modes"].clone();
    let all = modes(&[]);
    // The same figures, whichever the report is about.
    let chosen = |modes: &Value| modes.as_array().unwrap().iter().position(|mode| mode["chosen"] == json!(true));
    let plain = |modes: &Value| modes.to_string().replace("true", "false");
    let small = modes(&["--optimize", "size"]);
    assert_eq!((plain(&all), chosen(&all), chosen(&small)), (plain(&small), Some(1), Some(0)));
    let [size, balanced, speed] = all.as_array().unwrap().as_slice() else { panic!("{all}") };
    let of = |mode: &Value| (mode["optimize"].clone(), mode["core"].clone());
    assert_eq!(of(size), (json!("size"), json!("cortex-m4f")));
    let figures =
        |mode: &Value| ["instructions", "code", "constants", "workspace"].map(|name| mode[name].as_u64().unwrap());
    // The model has no window of 3 x 3 over enough channels.
    assert_eq!(figures(balanced), figures(speed));
    let ([slow, short, constants, _], [fast, long, packed, _]) = (figures(size), figures(balanced));
    assert!(slow > 3 * fast && short < long && constants < packed, "{all}");
    assert!(all.as_array().unwrap().iter().all(|mode| mode["layers_not_counted"] == json!(0)), "{all}");
    assert_eq!(modes(&["--core", "cortex-m85"])[1]["core"], json!("cortex-m55"));
    let text = tool().arg("report").arg(digits()).assert().success();
    assert!(printed(&text).0.contains("\nWith each --optimize, estimated on cortex-m4f\n"));
}

#[test]
fn layers_have_instructions_on_the_cores_of_the_report() {
    let cores = |options: &[&str]| facts(&digits(), options)["cores"].clone();
    let names = |cores: &Value| {
        cores
            .as_array()
            .map(|cores| cores.iter().map(|core| core["core"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    let one = cores(&["--core", "cortex-m0plus"]);
    assert_eq!((names(&one), &one[0]["measured"]), (Some(vec!["cortex-m0plus".to_owned()]), &json!("cortex-m0")));
    let layers = one[0]["layers"].as_array().unwrap();
    let (sum, run) =
        (layers.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), one[0]["instructions"].as_u64().unwrap());
    // A run has a few instructions more than its layers.
    assert!(layers.len() == 8 && sum < run && run - sum < 200, "{sum} of {run}");
    assert_eq!(names(&cores(&[])).unwrap().len(), 8);
    assert_eq!(names(&cores(&["--core", "portable"])).unwrap(), ["cortex-m0", "cortex-m3", "rv32imac"]);
    let small = cores(&["--optimize", "size"]);
    assert_eq!(names(&small), names(&cores(&[])));
    assert!(small[3]["instructions"].as_u64() > cores(&[])[3]["instructions"].as_u64(), "{small}");
}

/// Constants that kernels of float32 read through pointers are in the flash of their layers, not in the RAM.
#[test]
fn constants_of_layers_are_all_constants() {
    for model in ["digits/digits", "digits/digits_float32", "digit_rows/digit_rows"] {
        let facts = facts(&repository(&format!("models/{model}.tflite")), &[]);
        let sum: u64 = facts["layers"].as_array().unwrap().iter().map(|layer| layer["flash"].as_u64().unwrap()).sum();
        assert_eq!(sum, facts["totals"]["constants"].as_u64().unwrap(), "{model}");
    }
}

#[test]
fn a_board_fits_or_does_not() {
    let says = |board: &str| printed(&tool().arg("report").arg(digits()).args(["--board", board]).assert().success()).0;
    let text = says("flash=512K,ram=96K");
    assert!(text.contains("flash: fits: ") && text.contains("RAM: fits: ") && !text.contains("NOT"), "{text}");
    assert!(says("ram=2K").contains("RAM: DOES NOT FIT: "));
    // The constants are 5 424 bytes, with code they are more.
    assert!(says("flash=8K,ram=64K").contains("flash: DOES NOT FIT: "));
    tool().arg("report").arg(digits()).args(["--board", "rom=1"]).assert().code(2);
}

#[test]
fn reports_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before.json");
    report(&digits(), &before, &[]);
    let against =
        |path: &Path, more: &[&str]| tool().arg("report").arg(digits()).arg("--against").arg(path).args(more).assert();
    let (text, _) = printed(&against(&before, &[]).success());
    assert!(text.contains("Changed layers\n  nothing"), "{text}");
    let (text, _) = printed(&against(&before, &["--io-in-workspace"]).success());
    assert!(text.contains("inputs, bytes") && text.contains("-64 (-100.0 %)"), "{text}");
    for wrong in ["", "{}", "{\"format\": 2}", "{\"format\": 1}"] {
        let path = folder.path().join("wrong.json");
        fs::write(&path, wrong).unwrap();
        let (_, error) = printed(&against(&path, &[]).code(3));
        assert!(error.contains("wrong.json") && error.contains("next: "), "{error}");
    }
}

#[test]
fn files_that_are_not_models_are_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("digits.tar");
    tool().arg("compile").arg(digits()).arg("-o").arg(&archive).assert().success();
    let (_, error) = printed(&tool().arg("report").arg(&archive).assert().code(1));
    assert!(error.contains("next: give the .tflite file"), "{error}");
}

/// Names from the file are text, whatever they contain.
#[test]
fn names_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let (name, odd) = (b"probabilities", b"<i>&\"'</svg>x");
    let mut content = fs::read(digits()).unwrap();
    let at = content.windows(name.len()).position(|window| window == name).expect("the output's name");
    content[at..at + name.len()].copy_from_slice(odd);
    let model = folder.path().join("odd.tflite");
    fs::write(&model, content).unwrap();
    for form in ["page.html", "memory.svg"] {
        let path = folder.path().join(form);
        report(&model, &path, &[]);
        assert!(!fs::read_to_string(&path).unwrap().contains("<i>"), "{form}");
    }
    assert!(fs::read_to_string(folder.path().join("page.html")).unwrap().contains("&#60;i&#62;"));
}
