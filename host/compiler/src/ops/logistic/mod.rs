//! LOGISTIC: `table.h` on int8, `logistic_float.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::math::gemmlowp;
use crate::math::quantize::{Multiplier, frexp, rounding_divide_by_pot};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::elements_int16;
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::LOGISTIC,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["logistic_float.h"],
    reference: "logistic.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::near("float32", Cores::Portable),
    ],
};

/// Integer and fractional bits of the fixed-point argument.
const INTEGER_BITS: u32 = 4;
const FRACTION_BITS: u32 = 31 - INTEGER_BITS;

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_sigmoid(checker);
    }
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, "logistic_float.h", "tvmk_float_logistic", "");
    }
    if checker.input(0)?.unsigned {
        return check_unsigned(checker);
    }
    check_table(checker, (1.0 / 256.0, -128), "scale 1/256 and zero point -128", |multiplied| {
        (rounding_divide_by_pot(gemmlowp::logistic(multiplied), 23) - 128).clamp(-128, 127)
    })
}

/// On uint8 the reference fills its table with a function of float32.
fn check_unsigned<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let scale = elements.output_quant.0;
    if scale != 1.0 / 256.0 {
        checker.bad_tensor(elements.output.id, format!("scale {scale}"), "scale 1/256");
        return None;
    }
    table::bounded(checker, elements, |x| {
        let exact = (-f64::from(x)).exp();
        EXP_ERROR.map(|error| 1.0 / (1.0 + (exact * error) as f32))
    })
}

/// Factors between which the argument of the rounding of C libraries' `expf` is: their error is below 0.51 units of the last place. The
/// larger one gives the smaller result.
const EXP_ERROR: [f64; 2] = [1.0 + 1.0 / (1u64 << 29) as f64, 1.0 - 1.0 / (1u64 << 29) as f64];

/// Checks a function on int8 whose output has the quantisation `fixed`, `named` in messages. `function` takes a fixed-point number
/// of `INTEGER_BITS`; out of their range the result is saturated.
pub fn check_table<'a>(
    checker: &mut Checker<'a>,
    fixed: (f32, i32),
    named: &str,
    function: impl Fn(i32) -> i32,
) -> Option<Box<dyn Checked + 'a>> {
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let ((in_scale, in_zero), (scale, zero)) = (elements.input_quant, elements.output_quant);
    if (scale, zero) != fixed {
        checker.bad_tensor(elements.output.id, format!("scale {scale} and zero point {zero}"), named);
    }
    let Some((multiplier, radius)) = argument(in_scale) else {
        let supported = "2^-28 up to 2^35: the reference's shift is undefined elsewhere";
        checker.bad_tensor(elements.input.id, format!("scale {in_scale}"), supported);
        return None;
    };
    ((scale, zero) == fixed).then_some(())?;
    table::checked(checker, elements, |x| {
        let x = x - in_zero;
        if i64::from(x) <= -radius {
            return Some(-128);
        }
        if i64::from(x) >= radius {
            return Some(127);
        }
        Some(function(multiplier.checked_apply(x)?))
    })
}

/// The multiplier from a stored difference to a fixed-point number, and the difference from which on the function is
/// taken to be saturated (`CalculateInputRadius`). `None` where the reference shifts 64 bits by less than 0 or more than 62.
fn argument(scale: f32) -> Option<(Multiplier, i64)> {
    let (fraction, shift) = frexp(f64::from(scale) * f64::from(1u32 << FRACTION_BITS));
    // Exact: a float32 has fewer bits than the mantissa.
    let mantissa = (fraction * (1i64 << 31) as f64) as i32;
    let power = 1u64.checked_shl(u32::try_from(shift).ok()?).filter(|&power| power < 1 << 63)?;
    let largest = f64::from((1u32 << INTEGER_BITS) - 1) * f64::from(1u32 << FRACTION_BITS) / power as f64;
    Some((Multiplier { mantissa, shift }, largest.floor() as i64))
}
