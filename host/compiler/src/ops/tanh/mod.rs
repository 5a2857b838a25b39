//! TANH: `table.h` on int8, `float_functions.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::math::gemmlowp;
use crate::math::quantize::rounding_divide_by_pot;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::logistic;
use crate::ops::shared::elements_int16;
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::TANH,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "tanh.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::near("float32", Cores::Portable),
    ],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_sigmoid(checker);
    }
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::FUNCTIONS, "tvmk_each_tanh", "");
    }
    if checker.input(0)?.unsigned {
        // On uint8 the reference fills its table with `tanhf`, whose error in C libraries is up to 2 units of the last place.
        let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
        return table::bounded(checker, elements, |x| {
            let exact = f64::from(x).tanh();
            let error = exact.abs() * 3.0 * f64::from(f32::EPSILON);
            [(exact - error) as f32, (exact + error).min(1.0) as f32]
        });
    }
    logistic::check_table(checker, (1.0 / 128.0, 0), "scale 1/128 and zero point 0", |multiplied| {
        rounding_divide_by_pot(gemmlowp::tanh(multiplied), 24).clamp(-128, 127)
    })
}
