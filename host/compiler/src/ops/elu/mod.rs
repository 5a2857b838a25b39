//! ELU: `table.h` on int8, `float_functions.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::ELU,
    versions: 1..=1,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "elu.cc",
    support: &[Support::bytes("int8", Cores::Portable), Support::near("float32", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::FUNCTIONS, "tvmk_each_elu", "");
    }
    let elements = table::elements(checker, &[DType::Int8, DType::Float32], &[DType::Int8])?;
    table::populated(checker, elements, |x| if x < 0.0 { f64::from(x).exp() as f32 - 1.0 } else { x })
}
