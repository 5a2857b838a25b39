//! GELU, exact and approximated by tanh: `table.h` on int8, `gelu.h` on float32. TensorFlow Lite Micro has none.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::math::erfc::erfc;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::GELU,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["gelu.h"],
    reference: "gelu.cc",
    support: &[Support::bytes("int8", Cores::Portable), Support::near("float32", Cores::Portable)],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    /// Whether it is approximated by tanh.
    approximate: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Gelu(o)) = table else { return or_default::<Options>(table) };
    read(Options { approximate: o.approximate()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let approximate = checker.options::<Options>()?.approximate;
    if checker.first_type() == Some(DType::Float32) {
        let function = if approximate { "tvmk_gelu_approximate" } else { "tvmk_gelu" };
        return float_unary::check(checker, "gelu.h", function, "");
    }
    let elements = table::elements(checker, &[DType::Int8, DType::Float32], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    // All in float32, as the reference fills its table.
    let inverse = 1.0 / out_scale;
    let function = if approximate { by_tanh } else { exactly };
    table::checked(checker, elements, |x| {
        let stored = (function(in_scale * (x - in_zero) as f32) * inverse).round() + out_zero as f32;
        (stored.abs() < 2_147_483_648.0).then_some((stored as i32).clamp(-128, 127))
    })
}

fn exactly(x: f32) -> f32 {
    0.5 * x * erfc(f64::from(x * -std::f32::consts::FRAC_1_SQRT_2)) as f32
}

fn by_tanh(x: f32) -> f32 {
    /// The square root of 2 / pi.
    const FACTOR: f32 = 0.797_884_6;
    0.5 * x * (1.0 + f64::from(FACTOR * (x + 0.044_715 * x * x * x)).tanh() as f32)
}
