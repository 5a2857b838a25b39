//! Functions of one float32: `float_unary.h`, or a header of their own.

use crate::ir::graph::{DType, Operator};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::one_to_one;
use crate::passes::check::Checker;

/// Checks that both tensors are float32 of one shape.
pub fn check(checker: &mut Checker<'_>) {
    if let (Some((_, tensor)), Some((output, _))) = (checker.input(0), checker.output(0)) {
        checker.dtype(output, &[DType::Float32]);
        checker.shape(output, &tensor.shape);
    }
}

/// The header of the functions that need no other.
pub const HEADER: &str = "float_unary.h";

/// The layer that calls `function(input, output, count[, extra])` of this header.
pub fn lower(
    lowering: &Lowering<'_>,
    op: &Operator,
    header: &'static str,
    function: &str,
    extra: &str,
) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    let count = lowering.graph.tensor(input).elements();
    let extra = if extra.is_empty() { String::new() } else { format!(", {extra}") };
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("{} of {count} elements", op.kind),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
        headers: vec![header],
        body: format!("    {function}(input, output, {count}{extra});\n"),
        ..Layer::default()
    }))
}
