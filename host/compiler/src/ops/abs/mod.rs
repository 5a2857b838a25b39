//! ABS: `table.h` on int8, `abs.h` on int16, `float_functions.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::ABS,
    versions: 1..=5,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["abs.h"],
    reference: "elementwise.cc",
    support: &[Support::bytes("int8, int16, float32", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    match checker.first_type()? {
        DType::Float32 => return float_unary::check(checker, float_unary::FUNCTIONS, "tvmk_each_abs", ""),
        DType::Int16 => return check_int16(checker),
        _ => {}
    }
    let elements = table::elements(checker, &[DType::Int8, DType::Int16, DType::Float32], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let factor = factor(in_scale, out_scale);
    table::checked(checker, elements, |x| {
        let x = (x - in_zero).abs();
        let y = if let Some(factor) = factor { factor.checked_apply(x)? } else { x };
        Some(y.checked_add(out_zero)?.clamp(-128, 127))
    })
}

/// From input to output; `None` where the scales are equal.
fn factor(from: f32, to: f32) -> Option<Multiplier> {
    (from != to).then(|| Multiplier::new(f64::from(from) / f64::from(to)))
}

struct Wide<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    /// `None` for numbers without a scale; otherwise the factor from input to output, `None` for equal scales.
    factor: Option<Option<Multiplier>>,
}

fn check_int16<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(output, &[DType::Int16]) & checker.shape(output, &input.shape)).then_some(())?;
    if input.quant.is_none() {
        return Some(Box::new(Wide { input, output, factor: None }));
    }
    let scales = [input, output].map(|operand| {
        let (scale, zero) = checker.per_tensor(operand)?;
        if zero != 0 {
            checker.bad_tensor(operand.id, format!("zero point {zero}"), "0");
        }
        Some(scale)
    });
    let (from, to) = (scales[0]?, scales[1]?);
    let factor = factor(from, to);
    if factor.is_some_and(|factor| factor.checked_apply(32768).is_none()) {
        checker.bad(format!("scales {from} to {to}"), "scales of similar size");
    }
    Some(Box::new(Wide { input, output, factor: Some(factor) }))
}

impl Checked for Wide<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        let body = match self.factor {
            None => format!("    tvmk_abs_plain_int16(input, output, {count});\n"),
            Some(None) => format!("    tvmk_abs_int16(input, output, {count}, 0, 0);\n"),
            // A factor that rounds to 0 is still a factor: a mantissa of 1 with any shift gives 0 for all 16-bit values.
            Some(Some(Multiplier { mantissa, shift })) => {
                let mantissa = mantissa.max(1);
                format!("    tvmk_abs_int16(input, output, {count}, {mantissa}, {shift});\n")
            }
        };
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec!["abs.h"],
            body,
            ..lowering.layer_of(format!("ABS of {count} elements"), input, output)
        })
    }
}
