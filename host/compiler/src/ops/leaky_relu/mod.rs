//! LEAKY_RELU: `table.h` on int8, `float_unary.h` on float32.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::shared::elements_int16;
use crate::ops::shared::{float_unary, table, text, unsigned};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::LEAKY_RELU,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "leaky_relu.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::bytes("float32", Cores::Portable),
    ],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    /// The slope below 0.
    alpha: f32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Leakyrelu(o)) = table else { return or_default::<Options>(table) };
    read(Options { alpha: o.alpha()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let alpha = checker.options::<Options>().map_or(0.0, |options| options.alpha);
    if checker.first_type() == Some(DType::Float32) {
        let exact = move |x| if x > 0.0 { x } else { x * alpha };
        let (header, function) = (float_unary::HEADER, "tvmk_float_leaky_relu");
        return float_unary::check_exact(checker, header, function, &text::float(alpha), Some(Box::new(exact)));
    }
    if !alpha.is_finite() {
        checker.bad(format!("alpha {alpha}"), "a finite number");
    }
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_relu(checker, alpha);
    }
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    // Both factors are float64 in the reference, float32 on uint8. Its mantissas are never negative: products of a negative alpha are negated
    // afterwards, so that halves are rounded the other way.
    let slope = alpha.abs();
    let falling = match elements.input.unsigned {
        true => f64::from(in_scale * slope / out_scale),
        false => f64::from(in_scale) * f64::from(slope) / f64::from(out_scale),
    };
    let falling = Multiplier::new(falling);
    let rising = Multiplier::new(unsigned::quotient(elements.input.unsigned, in_scale, out_scale));
    table::checked(checker, elements, |x| {
        let x = x - in_zero;
        let y = match x {
            0.. => rising.checked_apply(x)?,
            _ if alpha < 0.0 => falling.checked_apply(x)?.checked_neg()?,
            _ => falling.checked_apply(x)?,
        };
        Some(y.checked_add(out_zero)?.clamp(-128, 127))
    })
}
