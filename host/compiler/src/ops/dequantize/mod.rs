//! DEQUANTIZE to float32: `quantize_float.h`.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::table;
use crate::ops::{OpDefinition, one_to_one};
use crate::passes::check::Checker;
use crate::passes::emit::float_literal;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::DEQUANTIZE, versions: 1..=5, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if let (Some((input, tensor)), Some((output, _))) = (checker.input(0), checker.output(0)) {
        checker.dtype(input, &[DType::Int8, DType::Uint8, DType::Int16]);
        checker.dtype(output, &[DType::Float32]);
        checker.shape(output, &tensor.shape);
        checker.per_tensor(input);
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let (input, output) = one_to_one(lowering, op)?;
    let (scale, zero) = table::quant(graph, op, input)?;
    let tensor = graph.tensor(input);
    let (count, scale) = (tensor.elements(), float_literal(scale));
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("DEQUANTIZE from {}", tensor.dtype),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["quantize_float.h"],
        body: format!("    tvmk_dequantize_{}(input, output, {count}, {scale}, {zero});\n", tensor.dtype),
        ..Layer::default()
    }))
}
