//! Functions of one float32: `float_unary.h`, or a header of their own.

use crate::ir::graph::DType;
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::ahead;

struct Call<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    header: &'static str,
    function: &'static str,
    extra: String,
    exact: Option<Exact>,
}

/// A function of which the kernel gives the correctly rounded result.
type Exact = Box<dyn Fn(f32) -> f32>;

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
    check_exact(checker, header, function, extra, exact(function).map(|exact| Box::new(exact) as _))
}

/// The same for a function that constants can be computed with.
pub fn check_exact<'a>(
    checker: &mut Checker<'a>,
    header: &'static str,
    function: &'static str,
    extra: &str,
    exact: Option<Exact>,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    checker.shape(output, &input.shape);
    let extra = if extra.is_empty() { String::new() } else { format!(", {extra}") };
    Some(Box::new(Call { input, output, header, function, extra, exact }))
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

    fn evaluate(&self) -> Option<Evaluated> {
        let function = self.exact.as_ref()?;
        let values = self.input.f32_data()?;
        // NaN is left to the kernel.
        values.iter().all(|x| !x.is_nan()).then(|| Ok(vec![ahead::floats(values.into_iter().map(function))]))
    }
}

/// The correctly rounded kernels, as functions here.
fn exact(kernel: &str) -> Option<fn(f32) -> f32> {
    Some(match kernel {
        "tvmk_each_abs" => f32::abs,
        "tvmk_each_ceil" => f32::ceil,
        "tvmk_each_floor" => f32::floor,
        "tvmk_each_neg" => |x| -x,
        // From the whole number below, so that the result above -1 is 0, not -0.
        "tvmk_each_round" => |x| if x > -1.0 && x < 0.0 { x.round_ties_even() + 0.0 } else { x.round_ties_even() },
        "tvmk_each_rsqrt" => |x| 1.0 / x.sqrt(),
        "tvmk_each_sqrt" => f32::sqrt,
        "tvmk_each_square" => |x| x * x,
        "tvmk_float_hard_swish" => |x| x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
        "tvmk_float_relu" => |x| if x < 0.0 { 0.0 } else { x },
        "tvmk_float_relu6" => |x| x.clamp(0.0, 6.0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::exact;

    #[test]
    fn rounding_at_compile_time_gives_the_kernels_signs_of_zero() {
        let round = exact("tvmk_each_round").unwrap();
        for (x, rounded) in
            [(-0.3f32, 0.0f32), (-0.5, 0.0), (-0.0, -0.0), (-0.7, -1.0), (0.5, 0.0), (1.5, 2.0), (-1.5, -2.0)]
        {
            assert_eq!(round(x).to_bits(), rounded.to_bits(), "{x}");
        }
    }
}
