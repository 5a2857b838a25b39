//! RELU: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::elements_int16;
use crate::ops::shared::{float_unary, table, unsigned};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RELU,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "activations.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::bytes("float32", Cores::Portable),
    ],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_relu(checker, 0.0);
    }
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::HEADER, "tvmk_float_relu", "");
    }
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let multiplier = Multiplier::new(unsigned::quotient(elements.input.unsigned, in_scale, out_scale));
    table::checked(checker, elements, |x| {
        let y = multiplier.checked_apply(x - in_zero)?.checked_add(out_zero)?;
        Some(y.clamp(out_zero.max(-128), 127))
    })
}
