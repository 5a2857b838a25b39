//! FULLY_CONNECTED on int8: `fully_connected.h`.

use crate::ir::graph::{OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::float;
use crate::ops::shared::text;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::{OpDefinition, is_float};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::FULLY_CONNECTED, versions: 1..=12, arity: (2..=3, 1..=1), check, lower };

/// Inputs after which the kernel `tvmk_dsp_units` has taken packed sums apart.
const BLOCK: usize = 511;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        return float::check(&mut checker);
    }
    let _ = check_shapes(&mut checker);
}

fn check_shapes(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::FullyConnected(options) = &checker.op.options else {
        checker.bad("no options", "options of FULLY_CONNECTED");
        return None;
    };
    if options.shuffled_weights {
        checker.bad("shuffled weights", "weights in the default order");
    }
    let (input, input_tensor) = checker.input(0)?;
    let (weights, weights_tensor) = checker.input(1)?;
    let (output, output_tensor) = checker.output(0)?;
    checker.rank(weights, 2).then_some(())?;
    let &[units, inputs] = weights_tensor.shape.as_slice() else { return None };
    if inputs == 0 || !input_tensor.elements().is_multiple_of(inputs) {
        checker.bad_tensor(input, format!("shape {:?}", input_tensor.shape), format!("rows of {inputs} elements"));
        return None;
    }
    let rows = input_tensor.elements() / inputs;
    if output_tensor.elements() != rows * units || output_tensor.shape.last() != Some(&units) {
        checker.bad_tensor(output, format!("shape {:?}", output_tensor.shape), format!("{rows} rows of {units}"));
    }
    weighted::check(checker, 0, units, options.activation)?;
    check_bias_scale(checker)
}

/// Largest difference between the scales of the bias and of the products, in steps of the output, that the reference takes.
const BIAS_TOLERANCE: f64 = 0.02;

/// With one scale for all weights the reference demands that the bias has the scale of the products.
fn check_bias_scale(checker: &mut Checker<'_>) -> Option<()> {
    let (_, weights_tensor) = checker.input(1)?;
    let weights_scale = weights_tensor.per_tensor().map(|(scale, _)| f64::from(scale))?;
    let (bias, bias_tensor) = checker.optional_input(2)?;
    let (input, output) = (checker.input(0)?.0, checker.output(0)?.0);
    let (input_scale, output_scale) =
        (f64::from(checker.per_tensor(input)?.0), f64::from(checker.per_tensor(output)?.0));
    // A bias without quantisation has scale 0 there.
    let bias_scale =
        bias_tensor.quant.as_ref().and_then(|quant| quant.scales.first()).map_or(0.0, |&scale| scale.into());
    let product = input_scale * weights_scale;
    if (product - bias_scale).abs() / output_scale > BIAS_TOLERANCE {
        let found = match bias_tensor.quant {
            Some(_) => format!("scale {}", bias_scale as f32),
            None => "no quantisation".to_owned(),
        };
        let supported = format!("scale {}, the product of the input's and the weights'", product as f32);
        checker.bad_tensor(bias, found, supported);
    }
    Some(())
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float::lower(lowering, op);
    }
    let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
    let OpOptions::FullyConnected(options) = &op.options else { return Err(unchecked()) };
    let (_, input) = lowering.input(op, 0).ok_or_else(unchecked)?;
    let (_, weights) = lowering.input(op, 1).ok_or_else(unchecked)?;
    let &[units, inputs] = weights.shape.as_slice() else { return Err(unchecked()) };
    let weighted = Weighted::new(graph, op, units, options.activation)?;
    let rows = input.elements() / inputs;
    let summary = format!("FULLY_CONNECTED {rows}x{inputs} to {units}, activation {:?}", options.activation);
    Ok(layer(lowering, op, &weighted, weighted.weights.clone(), rows, summary))
}

/// The layer of `batches` products of a matrix `[unit][input]` with a vector.
pub fn layer(
    lowering: &Lowering<'_>,
    op: &Operator,
    weighted: &Weighted,
    weights: Vec<i8>,
    batches: usize,
    summary: String,
) -> Lowered {
    let units = weighted.bias.len();
    let inputs = weights.len() / units;
    let shape = format!("[{units}][{inputs}]");
    let (constants, short) = weighted::packed_constants(lowering, weighted, weights, 1, BLOCK, &shape);
    let mut body = text::constant_struct(
        "tvmk_fully_connected_t",
        "layer",
        &[
            ("weights", lowering.constant("weights")),
            ("output", weighted.output(&lowering.constant("table"))),
            ("batches", batches.to_string()),
            ("inputs", inputs.to_string()),
            ("units", units.to_string()),
        ],
    );
    let function = if short { "tvmk_fully_connected" } else { "tvmk_fully_connected_general" };
    body += &text::call(function, 1, &[("input", 0), ("output", 0)], false);
    let (input, output) = weighted.tensors;
    Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary,
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: Vec::new(),
        scratch_bytes: 0,
        scratch_align: 1,
        constants,
        headers: vec!["fully_connected.h"],
        body,
        macs: (batches * inputs) as u64 * units as u64,
    })
}
