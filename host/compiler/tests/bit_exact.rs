//! The same bytes as TensorFlow Lite Micro's reference kernels, on every tensor of the graph.

mod common;

use common::{Recording, compare, data, python, scratch};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tvm_embedded_compiler::ir::options::{Int4, Target};
use tvm_embedded_compiler::{ConstantPool, Optimize, Options, compile};

#[test]
fn public_models_equal_the_oracle() {
    let Some(models) = data("models") else { return };
    let names =
        ["hello_world_int8", "micro_speech_quantized", "kws_ref_model", "pretrainedResnet_quant", "v2_okay_nabu"];
    all_equal(&names.map(|name| models.join(format!("{name}.tflite"))), &["--all", "--count", "100"]);
}

/// Small models that failed once, each for a kind of fault.
#[test]
fn cases_equal_the_oracle() {
    let Some(cases) = data("cases") else { return };
    let names = [
        "fc_multiplier_ties/fc_pertensor_tie",
        "float_constants_not_finite/float_-inf_w",
        "float_constants_not_finite/float_inf_b",
        "float_constants_not_finite/float_nan_w",
        "hard_swish_far_scales/real",
        "int_of_16_bits/avr_add",
        "int_of_16_bits/avr_softmax",
        "io_in_workspace_two_tensors/two",
        "leaky_relu_alpha/leaky_alpha_0.75",
        "names_of_macros/names_macro",
        "options_type_without_options/pad_type_without_options",
        "stack_protector_all/net",
    ];
    all_equal(&names.map(|name| cases.join(format!("{name}.tflite"))), &["--all", "--count", "500"]);
}

/// A converter of 2021 wrote its PAD with a type of options and no options. The interpreter has no memory for all of its tensors.
#[test]
fn a_network_without_options_equals_the_oracle() {
    let Some(networks) = data("networks") else { return };
    all_equal(&[networks.join("hps_model_74ops.tflite")], &["--count", "3"]);
}

/// MobileNet v1 as TensorFlow 1 quantised it, which TFLite Micro refuses: its reference is TensorFlow Lite.
#[test]
fn a_network_of_uint8_equals_the_oracle() {
    let Some(networks) = data("networks") else { return };
    all_equal(&[networks.join("mobilenet_v1_025_128_uint8.tflite")], &["--beyond", "--all", "--count", "4"]);
}

/// The front end of a wake-word model: from 30 ms of samples to 40 channels of int8.
#[test]
fn a_microphone_front_end_equals_the_oracle() {
    let Some(networks) = data("networks") else { return };
    all_equal(&[networks.join("audio_preprocessor_int8.tflite")], &["--all", "--count", "200"]);
}

/// Networks of int16 with operators that TensorFlow Lite Micro does not have: these are as in TensorFlow Lite, the others as ever.
#[test]
fn networks_of_int16_equal_the_oracle_operator_by_operator() {
    let Some(exporters) = data("exporters") else { return };
    let names = [
        "attention.static_wi8_ai16",
        "siamese_distance.static_wi8_ai16",
        "unet_bilinear.int16x8",
        "unet_bilinear.static_wi8_ai16",
    ];
    let paths = names.map(|name| exporters.join("models").join(format!("{name}.tflite")));
    all_equal(&paths, &["--all", "--beyond", "--count", "50"]);
}

/// `samples` are options of `oracle.py run`.
fn all_equal(paths: &[PathBuf], samples: &[&str]) {
    let scratch = scratch();
    let folder = scratch.path();
    let oracle = folder.join("oracle");
    let mut wrong = String::new();
    for path in paths {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap();
        let recording = oracle.join(name);
        let (model, out) = (path.to_str().unwrap(), recording.to_str().unwrap());
        if !python("oracle.py", &[&["run", model, "--out", out, "--sequence", "25"], samples].concat()) {
            return;
        }
        let recording = Recording::read(&recording);
        let tflite = fs::read(path).unwrap();
        let modes = [
            ("planned", Options::default()),
            ("in workspace", Options { io_in_workspace: true, ..Options::default() }),
            ("all tensors", Options { keep_all_tensors: true, ..Options::default() }),
            ("little code", Options { optimize: Optimize::Size, ..Options::default() }),
            ("speed", Options { optimize: Optimize::Speed, io_in_workspace: true, ..Options::default() }),
            ("least memory", least_memory(&tflite, Options::default())),
            ("bands", least_memory(&tflite, Options { io_in_workspace: true, ..Options::default() })),
        ];
        // A model without constants has none to put into pools.
        let pools = in_pools(&tflite)
            .map(|options| [("constants in pools", options.clone()), bands_and_pools(&tflite, options)]);
        for (mode, options) in modes.into_iter().chain(pools.into_iter().flatten()) {
            match compare(&tflite, &options, &recording, &folder.join(name).join(mode), false) {
                Ok(tensors) => println!("{name}, {mode}: {tensors} tensors equal over {} samples", recording.samples),
                Err(difference) => wrong += &format!("{name}, {mode}: {difference}\n"),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Options that put a model's constants into two pools: half of the bytes into the first. `None` for a model without constants.
fn in_pools(tflite: &[u8]) -> Option<Options> {
    let portable = Options { target: Target::Portable, ..Options::default() };
    let bytes = compile(tflite, &portable).unwrap().report.constant_bytes;
    let pool = |name: &str, bytes| ConstantPool { name: name.into(), bytes, operators: Vec::new() };
    (bytes > 0).then(|| Options { constants: vec![pool("itcm", Some(bytes / 2)), pool("qspi", None)], ..portable })
}

/// The least memory, with constants in these pools.
fn bands_and_pools(tflite: &[u8], pools: Options) -> (&'static str, Options) {
    ("bands, constants in pools", least_memory(tflite, Options { io_in_workspace: true, ..pools }))
}

/// The fewest bytes into which the compiler can fit a model, as it reports.
fn least_memory(tflite: &[u8], options: Options) -> Options {
    let nothing = Options { ram: Some(0), ..options.clone() };
    let refusal = compile(tflite, &nothing).map(|_| ()).unwrap_err().to_string();
    let least = refusal.split("at least ").nth(1).and_then(|text| text.split(' ').next()).and_then(|n| n.parse().ok());
    Options { ram: Some(least.expect("a number of bytes")), ..options }
}

/// Models for which the reference itself is undefined in C++: conversion of floats far out of range of int32.
const UNDEFINED: &[&str] = &["quantize-float32-int8-tiny"];

/// Without `TVM_EMBEDDED_ALL_MODELS`, one in this many single-operator models is compared, to save time.
const ONE_IN: usize = 6;

#[test]
fn generated_models_equal_the_oracle() {
    let scratch = scratch();
    let folder = scratch.path();
    let (models, oracle) = (folder.join("models"), folder.join("oracle"));
    let (models_text, oracle_text) = (models.to_str().unwrap(), oracle.to_str().unwrap());
    let wanted = std::env::var("TVM_EMBEDDED_MODELS");
    let all = wanted.is_ok() || std::env::var_os("TVM_EMBEDDED_ALL_MODELS").is_some();
    let filter = wanted.unwrap_or_else(|_| ".".into());
    if !python("models.py", &["--out", models_text, "--filter", &filter]) {
        return;
    }
    for name in UNDEFINED {
        let _ = fs::remove_file(models.join(format!("{name}.tflite")));
    }
    let refused = models.join("refused");
    let refusals = if refused.is_dir() { model_names(&refused) } else { Vec::new() };
    for name in &refusals {
        let tflite = fs::read(refused.join(format!("{name}.tflite"))).unwrap();
        assert!(compile(&tflite, &Options::default()).is_err(), "{name}: compiles, but the reference refuses it");
    }
    let mut names = model_names(&models);
    if names.is_empty() {
        assert!(!refusals.is_empty(), "no model except undefined ones matches {filter:?}");
        println!("{} models are refused, as expected; no other matches {filter:?}", refusals.len());
        return;
    }
    if !all {
        let dropped = |i: usize, name: &str| {
            !i.is_multiple_of(ONE_IN)
                && !["streaming", "chain", "edges", "requantised"].iter().any(|kind| name.starts_with(kind))
        };
        for (_, name) in names.iter().enumerate().filter(|(i, name)| dropped(*i, name)) {
            fs::remove_file(models.join(format!("{name}.tflite"))).unwrap();
        }
        names = model_names(&models);
    }
    let arguments = ["run", models_text, "--all", "--out", oracle_text, "--count", "40", "--sequence", "10"];
    assert!(python("oracle.py", &arguments));
    let wrong = differences(&names, folder, &models, &oracle);
    println!("{} models", names.len());
    assert!(!names.is_empty());
    assert!(wrong.is_empty(), "{} of {} models:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

/// What differs, model by model, on as many threads as there are processors.
fn differences(names: &[String], folder: &Path, models: &Path, oracle: &Path) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = differences_of(name, folder, models, oracle);
            wrong.lock().unwrap().extend(found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    wrong
}

/// What differs in one model: with its constants in pools, its tensors planned, in the workspace, all of them kept, with int4 packed,
/// with little code, for speed, and with the least memory, also together with pools.
fn differences_of(name: &str, folder: &Path, models: &Path, oracle: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let recording = Recording::read(&oracle.join(name));
    let file = format!("{name}.tflite");
    let instead = models.join("instead").join(&file);
    let paired = instead.is_file();
    let tflite = fs::read(if paired { instead } else { models.join(&file) }).unwrap();
    let several = !paired && recording.tensors.iter().any(|tensor| tensor.role == "intermediate");
    // Small layers are not packed by default.
    let packs = Options { int4: Int4::Packed, ..Options::default() };
    let pools = in_pools(&tflite);
    let both = pools.clone().filter(|_| several).map(|options| bands_and_pools(&tflite, options));
    let modes = [
        ("constants in pools", pools.clone().unwrap_or_default()),
        ("planned", Options::default()),
        ("in workspace", Options { io_in_workspace: true, ..Options::default() }),
        ("all tensors", Options { keep_all_tensors: true, ..Options::default() }),
        ("int4", packs),
        ("little code", Options { optimize: Optimize::Size, ..Options::default() }),
        ("speed", Options { optimize: Optimize::Speed, ..Options::default() }),
        ("bands", least_memory(&tflite, Options { io_in_workspace: true, ..Options::default() })),
    ];
    for (mode, options) in modes.into_iter().chain(both) {
        // With a single operator there is nothing between input and output.
        let fits = match mode {
            "int4" => name.contains("int4"),
            "constants in pools" => pools.is_some(),
            "planned" | "little code" => true,
            "speed" => name.contains("winograd"),
            _ => several,
        };
        if !fits {
            continue;
        }
        if mode == "speed" && !calls_winograd(&tflite, &options) {
            wrong.push(format!("{name}, {mode}: not the kernel that the case is for"));
        }
        let here = folder.join(name).join(mode);
        if let Err(difference) = compare(&tflite, &options, &recording, &here, true) {
            wrong.push(format!("{name}, {mode}: {difference}"));
        }
        let _ = fs::remove_dir_all(&here);
    }
    wrong
}

/// Whether a layer of the compiled model is computed by Winograd's algorithm.
fn calls_winograd(tflite: &[u8], options: &Options) -> bool {
    let layers = compile(tflite, options).unwrap().report.layers;
    layers.iter().flat_map(|layer| &layer.kernels).any(|kernel| kernel == "tvmk_conv_2d_winograd")
}

fn model_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".tflite")?.to_owned()))
        .collect();
    names.sort();
    names
}
