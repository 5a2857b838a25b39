//! Functions of one float32: `float_unary.h`, or a header of their own.

use crate::ir::graph::DType;
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;

struct Call<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    header: &'static str,
    function: &'static str,
    extra: String,
}

/// The header of the functions that need no other.
pub const HEADER: &str = "float_unary.h";
/// The header of the functions of `float_math.h`.
pub const FUNCTIONS: &str = "float_functions.h";

/// The check of an operator that is a call `function(input, output, count[, extra])` of this header: both tensors float32 of one
/// shape.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    header: &'static str,
    function: &'static str,
    extra: &str,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    checker.shape(output, &input.shape);
    let extra = if extra.is_empty() { String::new() } else { format!(", {extra}") };
    Some(Box::new(Call { input, output, header, function, extra }))
}

impl Checked for Call<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec![self.header],
            body: format!("    {}(input, output, {count}{});\n", self.function, self.extra),
            ..lowering.layer_of(format!("{} of {count} elements", lowering.op.kind), input, output)
        })
    }
}
