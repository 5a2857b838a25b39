//! Macros, descriptor and JSON hold the same facts.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{archives, facts::agree, generate_into, generate_synthetic, program, succeed};
use std::process::Command;
use tvm_embedded_interface::{Options, generate, write};
use tvm_embedded_mlf::{DType, MainParameter, ModelTensor, Quantization};

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
    let generated = generate_synthetic(directory.path(), &model, &Options::default());
    agree(directory.path(), &generated);
}

#[test]
fn of_the_stack() {
    let mut model = Synthetic::new("net");
    model.state = true;
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(directory.path(), &model, &Options::default());
    let header = std::fs::read_to_string(directory.path().join("net.h")).expect("a header");
    let lines: Vec<&str> = header.lines().filter(|line| line.contains("STACK_BYTES")).collect();
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    assert_eq!(words, ["#define", "TVM_NET_STACK_BYTES", "400"], "{header}");
}

#[test]
fn of_every_element_type() {
    let (archive, library) = Synthetic::new("net").library();
    let shapes = [Some(vec![]), Some(vec![2, 3]), None];
    for (code, bits, lanes) in
        [(0, 4, 1), (0, 8, 1), (0, 64, 1), (1, 1, 1), (1, 16, 1), (2, 16, 1), (2, 64, 1), (4, 16, 1), (0, 8, 4)]
    {
        let mut module = library.modules[0].clone();
        let dtype = DType { code, bits, lanes };
        let mut inputs = Vec::new();
        for (i, shape) in shapes.iter().enumerate() {
            let mut tensor = module.inputs[0].clone();
            tensor.name = format!("x{i}");
            tensor.c_name.clone_from(&tensor.name);
            tensor.dtype = Some(dtype);
            tensor.size_bytes = dtype.size_of(shape.as_ref().map_or(12, |shape| shape.iter().product::<i64>() as u64));
            tensor.alignment = dtype.alignment();
            tensor.shape.clone_from(shape);
            inputs.push(tensor);
        }
        module.inputs = inputs;
        module.outputs[0].dtype = None;
        module.outputs[0].shape = None;
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate(&archive, &library, &module, &Options::default()).expect("an interface");
        write(directory.path(), &generated.files).expect("written files");
        agree(directory.path(), &generated);
        // The struct holds each tensor completely, with its alignment.
        let mut code =
            String::from("#include <stddef.h>\n#include \"net.h\"\nint main(void) {\n  tvm_net_input_t in;\n");
        for tensor in &generated.facts.inputs {
            let (name, facts) = (&tensor.c_name, &tensor.facts);
            code.push_str(&format!(
                "  if (sizeof in.{name} != {} || offsetof(tvm_net_input_t, {name}) % {} != 0) {{\n    return 1;\n  }}\n",
                facts.bytes, facts.alignment
            ));
        }
        code.push_str("  return 0;\n}\n");
        let main = directory.path().join("sizes.c");
        std::fs::write(&main, code).expect("a main file");
        succeed(&mut Command::new(program(directory.path(), &main, &[], &[])));
        assert_eq!(generated.facts.inputs[2].facts.elements, 12, "{dtype}");
    }
}

#[test]
fn of_a_model_without_inputs() {
    let (archive, library) = Synthetic::new("net").library();
    let mut module = library.modules[0].clone();
    module.inputs.clear();
    module.main_parameters.retain(|parameter| !matches!(parameter, MainParameter::Input(_)));
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate(&archive, &library, &module, &Options::default()).expect("an interface");
    write(directory.path(), &generated.files).expect("written files");
    agree(directory.path(), &generated);
    let header = std::fs::read_to_string(directory.path().join("net.h")).expect("the header");
    assert!(!header.contains("TVMInputs_net") && header.contains("TVMExecute_net(const void *inputs"));
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
        agree(directory.path(), &generated);
        println!("{name}: the same facts three times");
    }
}
