//! RELU6: `table.h` on int8, `elements_int16.h` on int16, `float_unary.h` on float32.

use crate::ir::graph::{Activation, DType, OpKind};
use crate::math::quantize::{Multiplier, activation_range, activation_range_i8};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::table::Elements;
use crate::ops::shared::{elements_int16, float_unary, table, unsigned};

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
    if elements.input.unsigned {
        return check_unsigned(checker, elements);
    }
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
    if wide {
        return elements_int16::clamped(checker, elements, (zero, six));
    }
    table::checked(checker, elements, |x| Some(if x > six { six } else { x.max(zero) }))
}

/// On uint8 the reference converts to the output's quantisation and clamps there, as it does for RELU.
fn check_unsigned<'a>(checker: &mut Checker<'a>, elements: Elements<'a>) -> Option<Box<dyn Checked + 'a>> {
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let Some((low, high)) = activation_range(Activation::Relu6, out_scale, out_zero + 128, 0, 255) else {
        checker.bad(format!("output scale {out_scale}"), "a scale with which 6 fits in 32 bits");
        return None;
    };
    let multiplier = Multiplier::new(unsigned::quotient(true, in_scale, out_scale));
    table::checked(checker, elements, |x| {
        let y = multiplier.checked_apply(x - in_zero)?.checked_add(out_zero + 128)?;
        Some(y.max(low).min(high) - 128)
    })
}
