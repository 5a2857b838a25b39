//! RELU6: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{Activation, DType, OpKind};
use crate::math::quantize::activation_range_i8;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RELU6,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "activations.cc",
    support: &[Support::bytes("int8", Cores::Portable), Support::bytes("float32", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::HEADER, "tvmk_float_relu6", "");
    }
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    // The reference clamps at the input's 0 and 6 and takes the output to be quantised alike, whatever the file says.
    let (scale, zero) = elements.input_quant;
    let Some((_, six)) = activation_range_i8(Activation::Relu6, scale, zero) else {
        checker.bad(format!("input scale {scale}"), "a scale with which 6 is a 32-bit number");
        return None;
    };
    table::checked(checker, elements, |x| Some(if x > six { six } else { x.max(zero) }))
}
