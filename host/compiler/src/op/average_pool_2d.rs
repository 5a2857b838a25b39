//! AVERAGE_POOL_2D on int8: `kernels/average_pool_2d.h`.

use crate::check::Checker;
use crate::graph::{DType, OpKind, OpOptions, Operator, Pool2DOptions, Subgraph};
use crate::lower::{Argument, Layer, Lowered, Lowering};
use crate::op::weighted::check_activation;
use crate::op::{OpDefinition, float, is_float};
use crate::problem::Problem;
use crate::quantize::activation_range_i8;
use crate::text;
use crate::window::{Window, WindowOptions};

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
    match size(options) {
        Some(size) => Window::check(checker, &tensor.shape, size, window_options(options), output, tensor.shape[3]),
        None => checker.bad(format!("a window of {}x{}", options.filter_height, options.filter_width), "at least 1x1"),
    }
    let (scale, zero_point) = checker.per_tensor(output)?;
    check_activation(checker, options.activation, scale, zero_point);
    Some(())
}

fn size(options: &Pool2DOptions) -> Option<(usize, usize)> {
    Some((usize::try_from(options.filter_height).ok()?, usize::try_from(options.filter_width).ok()?))
        .filter(|&(height, width)| height > 0 && width > 0)
}

fn window_options(options: &Pool2DOptions) -> WindowOptions {
    WindowOptions { padding: options.padding, stride: (options.stride_h, options.stride_w), dilation: (1, 1) }
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
    let window = Window::new(&tensor.shape, size(options).ok_or_else(unchecked)?, window_options(options))
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))?;
    let number = |n: usize| n.to_string();
    let mut body = text::constant_struct(
        "tvmk_average_pool_2d_t",
        "layer",
        &[
            ("batches", number(window.batches)),
            ("in_height", number(window.in_height)),
            ("in_width", number(window.in_width)),
            ("channels", number(window.in_channels)),
            ("out_height", number(window.out_height)),
            ("out_width", number(window.out_width)),
            ("window_height", number(window.height)),
            ("window_width", number(window.width)),
            ("stride_height", number(window.stride_height)),
            ("stride_width", number(window.stride_width)),
            ("pad_top", number(window.pad_top)),
            ("pad_left", number(window.pad_left)),
            ("low", low.to_string()),
            ("high", high.to_string()),
        ],
    );
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
