//! Macros, descriptor and JSON say the same, and nothing else.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{archives, facts::agree, generate_into, generate_synthetic};
use tvm_embedded_interface::{Options, generate, write};
use tvm_embedded_mlf::{DType, ModelTensor, Quantization};

#[test]
fn of_every_mode() {
    for memory in [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime] {
        let mut model = Synthetic::new("net").memory(memory);
        model.inputs = vec!["x:0".into(), "count".into(), "x_0_dtype".into()];
        model.outputs = vec!["Y".into(), "z".into()];
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_synthetic(directory.path(), &model, &Options::default());
        agree(directory.path(), &generated);
    }
}

#[test]
fn of_several_pools_and_devices() {
    let mut model = Synthetic::new("net");
    (model.state, model.constants, model.devices) = (true, true, vec!["npu".into(), "dsp".into()]);
    let directory = tempfile::tempdir().expect("a directory");
    let (archive, library) = model.library();
    let mut module = library.modules[0].clone();
    // Hooks would have to be linked; what they are called like is no fact here.
    module.called_symbols.clear();
    let generated = generate(&archive, &library, &module, &Options::default()).expect("an interface");
    write(directory.path(), &generated.files).expect("written files");
    let hooks: String = ["Npu", "Dsp"]
        .iter()
        .flat_map(|device| ["Activate", "Open", "Close", "Deactivate"].map(|hook| (device, hook)))
        .map(|(device, hook)| format!("int TVMDevice{device}{hook}(void *context) {{\n  return context == 0;\n}}\n"))
        .collect();
    let wrapper = directory.path().join("archive/net_lib0.c");
    let text = std::fs::read_to_string(&wrapper).expect("the wrapper");
    std::fs::write(&wrapper, text + "\n" + &hooks).expect("the wrapper");
    agree(directory.path(), &generated);
}

#[test]
fn of_what_the_original_model_adds() {
    let mut model = Synthetic::new("net");
    model.inputs = vec!["a".into(), "b".into(), "c".into()];
    let (archive, library) = model.library();
    let mut module = library.modules[0].clone();
    let tensor = |name: &str, shape: &[i64], scale: f32, zero_point: i32| ModelTensor {
        name: name.into(),
        dtype: DType::INT8,
        shape: shape.to_vec(),
        quantization: Some(Quantization { scale, zero_point }),
    };
    module
        .apply_tflite_io(
            &[
                tensor("a", &[1, 2, 2, 1], 0.1, -128),
                tensor("b", &[4], 1.0e-20, i32::MIN),
                tensor("c", &[1, 4], f32::MIN_POSITIVE / 8.0, i32::MAX),
            ],
            &[tensor("y", &[2, 2], 16_777_217.0, 0)],
        )
        .expect("the model's own tensors");
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate(&archive, &library, &module, &Options::default()).expect("an interface");
    write(directory.path(), &generated.files).expect("written files");
    assert_eq!(generated.facts.inputs[0].facts.quantization, module.inputs[0].quantization);
    agree(directory.path(), &generated);
}

#[test]
fn of_every_real_archive() {
    for (name, path) in archives() {
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_into(directory.path(), &path, &Options::default());
        if generated.brought.is_empty() {
            agree(directory.path(), &generated);
            println!("{name}: the same facts three times");
        }
    }
}
