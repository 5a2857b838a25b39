//! HARD_SWISH: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::math::quantize::{Multiplier, rounding_divide_by_pot_16};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::{float_unary, table};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::HARD_SWISH,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "hard_swish.cc",
    support: &[Support::bytes("int8, uint8", Cores::Portable), Support::bytes("float32", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Float32) {
        return float_unary::check(checker, float_unary::HEADER, "tvmk_float_hard_swish", "");
    }
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let (out, reluish) = factors(elements.input.unsigned, in_scale, out_scale);
    if out.shift > 0 {
        checker.bad(format!("scales {in_scale} to {out_scale}"), "an output scale above 1/128 of the input's");
    }
    if reluish.shift > LARGEST_SHIFT {
        checker
            .bad(format!("input scale {in_scale}"), "a scale below 2^24: a larger shift is undefined in the reference");
    }
    if out.shift > 0 || reluish.shift > LARGEST_SHIFT {
        return None;
    }
    let right = (-out.shift) as u32;
    table::checked(checker, elements, |x| {
        let hires = (x - in_zero) * 128;
        let preshift = high_mul_16(hires, halfword(out.mantissa));
        let mut factor = hires;
        if reluish.shift > 0 {
            factor = saturating_shift_16(factor, reluish.shift - 1);
        }
        factor = high_mul_16(factor, halfword(reluish.mantissa));
        if reluish.shift > 0 {
            factor = saturating_shift_16(factor, 1);
        } else {
            factor = rounding_divide_by_pot_16(factor as i16, (-reluish.shift) as u32).into();
        }
        // From [-1, 1] to [0, 1].
        let factor = (factor + 32768) >> 1;
        // Towards zero, unlike the products above.
        let product = factor * preshift / 32768;
        Some((i32::from(rounding_divide_by_pot_16(product as i16, right)) + out_zero).clamp(-128, 127))
    })
}

/// Largest exponent of the factor to [-3, 3]: the reference shifts an `int` 1 by one less.
const LARGEST_SHIFT: i32 = 31;

/// From input to output and from input to the scale that maps [-3, 3] to [-1, 1], in float64 as in the reference, in float32 on uint8.
fn factors(single: bool, in_scale: f32, out_scale: f32) -> (Multiplier, Multiplier) {
    let [out, reluish] = match single {
        true => [out_scale, 3.0 / 32768.0].map(|scale| f64::from(in_scale / 128.0 / scale)),
        false => [f64::from(out_scale), 3.0 / 32768.0].map(|scale| f64::from(in_scale) / 128.0 / scale),
    };
    (Multiplier::new(out), Multiplier::new(reluish))
}

/// `DownScaleInt32ToInt16Multiplier`.
fn halfword(mantissa: i32) -> i32 {
    if mantissa >= i32::MAX - (1 << 15) { 32767 } else { (mantissa + (1 << 15)) >> 16 }
}

/// `SaturatingRoundingDoublingHighMul` on 16 bits; no operand here is the smallest.
fn high_mul_16(a: i32, b: i32) -> i32 {
    let product = a * b;
    (product + if product >= 0 { 1 << 14 } else { 1 - (1 << 14) }) / (1 << 15)
}

fn saturating_shift_16(x: i32, by: i32) -> i32 {
    (i64::from(x) << by.clamp(0, 31)).clamp(-32768, 32767) as i32
}
