//! The same bytes as TensorFlow Lite Micro's reference kernels, on every tensor of the graph.

mod common;

use common::{Recording, compare, python, scratch, shared_models};
use std::fs;
use tvm_embedded_compiler::Options;

#[test]
fn public_models_equal_the_oracle() {
    let Some(models) = shared_models() else { return };
    let folder = scratch("public_models");
    let oracle = folder.join("oracle");
    let paths =
        ["hello_world_int8", "micro_speech_quantized", "kws_ref_model", "pretrainedResnet_quant", "v2_okay_nabu"];
    let mut wrong = String::new();
    for name in paths {
        let path = models.join(format!("{name}.tflite"));
        let recording = oracle.join(name);
        let arguments =
            ["run", path.to_str().unwrap(), "--all", "--out", recording.to_str().unwrap(), "--sequence", "25"];
        if !python("oracle.py", &arguments) {
            return;
        }
        let recording = Recording::read(&recording);
        let tflite = fs::read(&path).unwrap();
        for (mode, options) in [
            ("planned", Options::default()),
            ("in workspace", Options { io_in_workspace: true, ..Options::default() }),
            ("all tensors", Options { keep_all_tensors: true, ..Options::default() }),
        ] {
            match compare(&tflite, &options, &recording, &folder.join(name).join(mode)) {
                Ok(tensors) => println!("{name}, {mode}: {tensors} tensors equal over {} samples", recording.samples),
                Err(difference) => wrong += &format!("{name}, {mode}: {difference}\n"),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
