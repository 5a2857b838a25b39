//! GELU, exact and approximated by tanh: `table.h` on int8, `table_int16.h` on int16, `gelu.h` on float32. TensorFlow Lite Micro has none.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::math::erfc::erfc;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::{float_unary, table, table_int16};

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
    support: &[Support::bytes("int8", Cores::Portable), Support::near("int16, float32", Cores::Portable)],
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
    let function = if approximate { by_tanh } else { exactly };
    if checker.first_type() == Some(DType::Int16) {
        let elements = table_int16::elements(checker)?;
        return table_int16::checked(checker, elements, function);
    }
    let elements = table::elements(checker, &[DType::Int8, DType::Int16, DType::Float32], &[DType::Int8])?;
    table::populated(checker, elements, function)
}

fn exactly(x: f32) -> f32 {
    0.5 * x * erfc(f64::from(x * -std::f32::consts::FRAC_1_SQRT_2)) as f32
}

fn by_tanh(x: f32) -> f32 {
    /// The square root of 2 / pi.
    const FACTOR: f32 = 0.797_884_6;
    0.5 * x * (1.0 + f64::from(FACTOR * (x + 0.044_715 * x * x * x)).tanh() as f32)
}
