//! `TEMPLATE/` compiles, refuses what it should, and gives the same bytes as the operator that it copies.

use super::checker::Checker;
use super::definition::Definition;
use super::{leaky_relu, shared, template};
use crate::format::reading::Budget;
use crate::format::schema::{BuiltinOptionsRef, LeakyReluOptionsRef};
use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Quantization, Subgraph, Tensor, TensorId};
use crate::ir::layer::{ConstantData, Layer, Lowered, Lowering};
use crate::ir::options::{Options, Scratch};
use planus::TableRead;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::sync::Arc;

/// One LEAKY_RELU of 256 elements; scales and zero points of input and output.
fn graph(dtype: DType, quants: [(f32, i64); 2]) -> Subgraph {
    let tensor = |(scale, zero): (f32, i64)| Tensor {
        shape: vec![256],
        dtype,
        quant: Some(Quantization { scales: vec![scale], zero_points: vec![zero], axis: 0 }),
        ..Tensor::default()
    };
    Subgraph { tensors: quants.map(tensor).to_vec(), ..Subgraph::default() }
}

fn operator(options: Arc<dyn OpOptions>) -> Operator {
    let (inputs, outputs) = (vec![Some(TensorId(0))], vec![TensorId(1)]);
    Operator { index: 0, kind: OpKind::LEAKY_RELU, version: 1, options, inputs, outputs }
}

/// Options as a file's table gives them.
fn options(of: &Definition, alpha: f32) -> Arc<dyn OpOptions> {
    // FlatBuffers: offset of the table; sizes of its list of fields and of itself, offset of the field in it; then the table:
    // offset back to the list, the field.
    let mut bytes = [12u8, 0, 0, 0, 6, 0, 8, 0, 4, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];
    bytes[16..].copy_from_slice(&alpha.to_le_bytes());
    let buffer = planus::SliceWithStartOffset { buffer: &bytes, offset_from_start: 0 };
    let Ok(table) = LeakyReluOptionsRef::from_buffer(buffer, 0) else { panic!("not a table") };
    let table = BuiltinOptionsRef::Leakyrelu(table);
    match of.options.map(|read| read(Some(&table), &mut Budget(1000))) {
        Some(Ok(Some(options))) => options,
        _ => panic!("no options"),
    }
}

/// The layer of an operator, or its problems.
fn lowered(of: &Definition, graph: &Subgraph, alpha: f32) -> Result<Layer, String> {
    let op = operator(options(of, alpha));
    let mut checker = Checker::new(graph, &op);
    let checked = (of.check)(&mut checker);
    let (Some(checked), []) = (checked, &*checker.problems) else {
        return Err(checker.problems.iter().map(|problem| format!("{problem}\n")).collect());
    };
    match checked.lower(&Lowering {
        graph,
        op: &op,
        options: &Options::default(),
        scratch: Scratch::Best,
        name: "layer".into(),
    }) {
        Lowered::Layer(layer) => Ok(layer),
        other => Err(format!("{other:?}")),
    }
}

/// The program that prints a layer's outputs for all bytes.
fn program(layers: &[Layer]) -> String {
    let mut text = String::from("#include <stdio.h>\n#include <string.h>\n");
    for header in layers.iter().flat_map(|layer| layer.headers.clone()) {
        let _ = writeln!(text, "#include \"{header}\"");
    }
    for (i, layer) in layers.iter().enumerate() {
        let body = &layer.body;
        let _ = writeln!(text, "static void layer{i}(const int8_t *input, int8_t *output) {{\n{body}}}");
    }
    text += "int main(void) {\n    int8_t input[256], output[256];\n";
    text += "    for (int i = 0; i < 256; i++) {\n        input[i] = (int8_t)(i - 128);\n    }\n";
    for i in 0..layers.len() {
        let _ = writeln!(text, "    layer{i}(input, output);\n    fwrite(output, 1, 256, stdout);");
    }
    text + "    return 0;\n}\n"
}

/// Builds and runs a program beside the kernels that it needs.
fn run(layers: &[Layer]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for kernel in shared::KERNELS.iter().chain(template::DEFINITION.kernels) {
        fs::write(path(kernel.name), kernel.text).unwrap();
    }
    fs::write(path("main.c"), program(layers)).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-o"];
    let built = Command::new(compiler).args(flags).arg(path("main")).arg(path("main.c")).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Command::new(path("main")).output().unwrap().stdout
}

#[test]
fn the_template_gives_the_bytes_of_the_operator_that_it_copies() {
    let scales =
        [[(0.05, -3), (0.05, -3)], [(3.0, -128), (0.011, 127)], [(0.02, 127), (0.11, -128)], [(0.5, 3), (1.0, -7)]];
    let graphs: Vec<(Subgraph, f32)> = scales
        .into_iter()
        .flat_map(|quants| [0.0, 0.01, 0.25, 1.7].map(|alpha| (graph(DType::Int8, quants), alpha)))
        .collect();
    let layers: Vec<Layer> =
        graphs.iter().map(|(graph, alpha)| lowered(&template::DEFINITION, graph, *alpha).unwrap()).collect();
    let output = run(&layers);
    assert_eq!(output.len(), 256 * layers.len());
    for ((graph, alpha), bytes) in graphs.iter().zip(output.chunks(256)) {
        let real = lowered(&leaky_relu::DEFINITION, graph, *alpha).unwrap();
        let ConstantData::U8(table) = &real.constants[0].data else { panic!("no table of bytes") };
        // The table begins with the output for 0.
        let expected: Vec<u8> = (0..256).map(|i| table[(i + 128) % 256]).collect();
        assert_eq!(bytes, expected, "alpha {alpha}, {:?}", graph.tensors);
    }
}

#[test]
fn the_template_refuses_with_a_message() {
    let same = [(0.05, 0), (0.05, 0)];
    let refused = |dtype, quants, alpha| lowered(&template::DEFINITION, &graph(dtype, quants), alpha).unwrap_err();
    assert!(refused(DType::Int16, same, 0.1).contains("int8"));
    assert!(refused(DType::Int8, same, -0.1).contains("alpha -0.1"));
    assert!(refused(DType::Int8, [(1e9, 0), (1e-9, 0)], 0.1).contains("scales of similar size"));
}
