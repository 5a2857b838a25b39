//! RELU6: `table.h` on int8, `elements_int16.h` on int16, `float_unary.h` on float32.

use crate::ir::graph::{Activation, DType, OpKind};
use crate::math::quantize::{activation_range, activation_range_i8};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::{elements_int16, float_unary, table};

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
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::bytes("float32", Cores::Portable),
    ],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::HEADER, "tvmk_float_relu6", "");
    }
    let wide = checker.first_type() == Some(DType::Int16);
    let types = if wide { &[DType::Int16] } else { &[DType::Int8] };
    let elements = table::elements(checker, types, types)?;
    // The reference clamps at the input's 0 and 6 and assumes the same quantisation for the output, whatever the file says.
    let (scale, zero) = elements.input_quant;
    let range = match wide {
        true => activation_range(Activation::Relu6, scale, zero, -32768, 32767),
        false => activation_range_i8(Activation::Relu6, scale, zero),
    };
    let Some((_, six)) = range else {
        checker.bad(format!("input scale {scale}"), "a scale with which 6 fits in 32 bits");
        return None;
    };
    if elements.input.unsigned && elements.output_quant != elements.input_quant {
        let supported = format!("scale {scale} and zero point {zero} of int8, as the input");
        let found = format!("scale {} and zero point {}", elements.output_quant.0, elements.output_quant.1);
        checker.bad_tensor(elements.output.id, found, supported);
    }
    if wide {
        return elements_int16::clamped(checker, elements, (zero, six));
    }
    table::checked(checker, elements, |x| Some(if x > six { six } else { x.max(zero) }))
}
