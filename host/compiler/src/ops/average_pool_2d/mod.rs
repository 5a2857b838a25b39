//! AVERAGE_POOL_2D on int8: `average_pool_2d.h`.

use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::activation_range_i8;
use crate::ops::shared::text;
use crate::ops::shared::weighted::check_activation;
use crate::ops::shared::{float, pool_2d};
use crate::ops::{OpDefinition, is_float};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::AVERAGE_POOL_2D, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        return float::check(&mut checker);
    }
    let _ = check_shapes(&mut checker);
}

fn check_shapes(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Pool2D(options) = &checker.op.options else {
        checker.bad("no options", "options of AVERAGE_POOL_2D");
        return None;
    };
    let (input, tensor) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    (checker.rank(input, 4) & checker.rank(output, 4)).then_some(())?;
    (checker.dtype(input, &[DType::Int8]) & checker.dtype(output, &[DType::Int8])).then_some(())?;
    pool_2d::check(checker, options, &tensor.shape, output);
    let (scale, zero_point) = pool_2d::check_quantization(checker, input, output)?;
    check_activation(checker, options.activation, scale, zero_point);
    Some(())
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float::lower(lowering, op);
    }
    let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
    let OpOptions::Pool2D(options) = &op.options else { return Err(unchecked()) };
    let (input, tensor) = lowering.input(op, 0).ok_or_else(unchecked)?;
    let output = *op.outputs.first().ok_or_else(unchecked)?;
    let (scale, zero_point) = graph.tensor(output).per_tensor().ok_or_else(unchecked)?;
    let (low, high) = activation_range_i8(options.activation, scale, zero_point).ok_or_else(unchecked)?;
    let window = pool_2d::window(graph, op, options, &tensor.shape)?;
    let mut fields = pool_2d::fields(&window);
    fields.extend([("low", low.to_string()), ("high", high.to_string())]);
    let mut body = text::constant_struct("tvmk_average_pool_2d_t", "layer", &fields);
    body += &text::call("tvmk_average_pool_2d", 1, &[("input", 0), ("output", 0)], false);
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!(
            "AVERAGE_POOL_2D {}, {:?} to {:?}",
            window.describe(),
            tensor.shape,
            graph.tensor(output).shape
        ),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        scratch_align: 1,
        headers: vec!["average_pool_2d.h"],
        body,
        ..Layer::default()
    }))
}
