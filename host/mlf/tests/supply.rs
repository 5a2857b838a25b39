//! Completing a module from the original model.

mod common;

use common::{module, net};
use tvm_embedded_mlf::{Code, DType, ErrorKind, ModelTensor, Module, Quantization};

fn tensor(name: &str, dtype: DType, shape: &[i64]) -> ModelTensor {
    ModelTensor { name: name.into(), dtype, shape: shape.into(), quantization: None }
}

/// The module's own tensors as a model file would list them, in its own order.
fn model() -> (Vec<ModelTensor>, Vec<ModelTensor>) {
    let mut zeta = tensor("zeta:0", DType::INT8, &[1, 4]);
    zeta.quantization = Some(Quantization { scale: 0.5, zero_point: 3 });
    (vec![tensor("alpha", DType::FLOAT32, &[2]), zeta], vec![tensor("out", DType::INT8, &[4])])
}

fn codes(module: &Module) -> Vec<(Code, String)> {
    module.findings.iter().map(|f| (f.code, f.subject.clone())).collect()
}

#[test]
fn tensors_are_found_by_name_whatever_their_order() {
    let mut net = module(&net("net"));
    assert!(codes(&net).contains(&(Code::QuantizationUnknown, "zeta:0".into())));
    let (inputs, outputs) = model();
    net.apply_tflite_io(&inputs, &outputs).expect("the same model");
    assert_eq!(net.inputs[0].shape, Some(vec![1, 4]));
    assert_eq!(net.inputs[0].quantization, Some(Quantization { scale: 0.5, zero_point: 3 }));
    assert_eq!(net.inputs[1].shape, Some(vec![2]));
    assert!(!codes(&net).contains(&(Code::QuantizationUnknown, "zeta:0".into())));
    assert!(codes(&net).contains(&(Code::QuantizationUnknown, "out".into())));
}

#[test]
fn resolved_facts_are_no_longer_findings() {
    let mut members = common::net("net");
    common::edit(&mut members, "net.relay", "nn.relu(%0)", "mystery(%0)");
    common::edit(&mut members, "lib1.c", "tvmgen_net_add(int8_t* p0", "out(int8_t* p0");
    let mut net = module(&members);
    let of_output =
        |net: &Module| -> Vec<Code> { net.findings.iter().filter(|f| f.subject == "out").map(|f| f.code).collect() };
    assert_eq!(of_output(&net), [Code::UnprefixedSymbol, Code::ShapeUnknown, Code::QuantizationUnknown]);
    let (inputs, mut outputs) = model();
    outputs[0].quantization = Some(Quantization { scale: 1.0, zero_point: 0 });
    net.apply_tflite_io(&inputs, &outputs).expect("the same model");
    assert_eq!(of_output(&net), [Code::UnprefixedSymbol]);
}

#[test]
fn other_names_match_in_order_where_types_distinguish_them() {
    let mut net = module(&net("net"));
    let (mut inputs, mut outputs) = model();
    inputs.reverse();
    (inputs[0].name, inputs[1].name, outputs[0].name) = ("x".into(), "y".into(), "Identity".into());
    net.apply_tflite_io(&inputs, &outputs).expect("the same model");
    let names: Vec<&str> = net.tensors().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["x", "y", "Identity"]);
    assert!(codes(&net).contains(&(Code::QuantizationUnknown, "Identity".into())), "findings follow the name");
}

#[test]
fn another_model_is_refused_and_changes_nothing() {
    let (inputs, outputs) = model();
    let wrong = |inputs: &[ModelTensor], outputs: &[ModelTensor], text: &str| {
        let mut net = module(&net("net"));
        let before = format!("{net:?}");
        let error = net.apply_tflite_io(inputs, outputs).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Source);
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(format!("{net:?}"), before);
    };
    wrong(&inputs[..1], &outputs, "the archive has 2 inputs, the file has 1");
    wrong(&inputs, &[], "the archive has 1 outputs, the file has 0");
    let mut other = inputs.clone();
    other[0].shape = vec![3];
    wrong(&other, &outputs, "'alpha' is float32, 8 bytes in the archive, 'alpha' is float32, 12 bytes in the file");
    other[0].shape = vec![-1, 2];
    wrong(&other, &outputs, "'alpha' has no fixed size");
    let mut other = outputs.clone();
    other[0].dtype = DType::parse("uint8").expect("a type");
    wrong(&inputs, &other, "'out' is int8, 4 bytes in the archive, 'out' is uint8, 4 bytes in the file");
    let twins = [tensor("x", DType::INT8, &[4]), tensor("y", DType::INT8, &[4])];
    wrong(&twins, &outputs, "the names of the inputs differ, and their types do not distinguish them");
}
