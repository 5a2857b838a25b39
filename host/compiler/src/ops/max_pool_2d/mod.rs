//! MAX_POOL_2D on int8, `max_pool_2d.h`, and float32, `max_pool_2d_float.h`.

use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::activation_range_i8;
use crate::ops::shared::text;
use crate::ops::shared::weighted::check_activation;
use crate::ops::shared::{binary, pool_2d};
use crate::ops::{OpDefinition, is_float, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::MAX_POOL_2D, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_shapes(&mut checker);
}

fn check_shapes(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Pool2D(options) = &checker.op.options else {
        checker.bad("no options", "options of MAX_POOL_2D");
        return None;
    };
    let (input, tensor) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    (checker.rank(input, 4) & checker.rank(output, 4)).then_some(())?;
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    checker.dtype(output, &[tensor.dtype]).then_some(())?;
    pool_2d::check(checker, options, &tensor.shape, output);
    if tensor.dtype == DType::Int8 {
        let (scale, zero_point) = pool_2d::check_quantization(checker, input, output)?;
        check_activation(checker, options.activation, scale, zero_point);
    } else {
        check_activation(checker, options.activation, 1.0, 0);
    }
    Some(())
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let OpOptions::Pool2D(options) = &op.options else { return Err(fail()) };
    let (input, tensor) = lowering.input(op, 0).ok_or_else(fail)?;
    let output = *op.outputs.first().ok_or_else(fail)?;
    let window = pool_2d::window(graph, op, options, &tensor.shape)?;
    let mut body = text::constant_struct("tvmk_max_pool_2d_t", "layer", &pool_2d::fields(&window));
    body += &if is_float(graph, op) {
        format!("    tvmk_float_max_pool_2d(&layer, input, output, {});\n", binary::float_range(options.activation))
    } else {
        let (scale, zero_point) = graph.tensor(output).per_tensor().ok_or_else(fail)?;
        let (low, high) = activation_range_i8(options.activation, scale, zero_point).ok_or_else(fail)?;
        format!("    tvmk_max_pool_2d(&layer, input, output, {low}, {high});\n")
    };
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("MAX_POOL_2D {}, {:?} to {:?}", window.describe(), tensor.shape, graph.tensor(output).shape),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec![if is_float(graph, op) { "max_pool_2d_float.h" } else { "max_pool_2d.h" }],
        body,
        ..Layer::default()
    }))
}
