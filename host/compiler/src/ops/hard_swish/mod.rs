//! HARD_SWISH: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::{Multiplier, rounding_divide_by_pot};
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::HARD_SWISH, versions: 1..=2, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        float_unary::check(&mut checker);
        return;
    }
    let Some([(in_scale, _), (out_scale, _)]) = table::check(&mut checker, &[DType::Int8], &[DType::Int8]) else {
        return;
    };
    if factors(in_scale, out_scale).0.shift > 0 {
        checker.bad(format!("scales {in_scale} to {out_scale}"), "an output scale above 1/128 of the input's");
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, "tvmk_float_hard_swish", "");
    }
    let (input, output) = one_to_one(lowering, op)?;
    let ((in_scale, in_zero), (out_scale, out_zero)) =
        (table::quant(graph, op, input)?, table::quant(graph, op, output)?);
    let (out, reluish) = factors(in_scale, out_scale);
    let right = (-out.shift).clamp(0, 31) as u32;
    table::lower(lowering, op, |x| {
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
            factor = rounding_divide_by_pot(factor, (-reluish.shift).min(31) as u32);
        }
        // From [-1, 1] to [0, 1].
        let factor = (factor + 32768) >> 1;
        // Towards zero, unlike the products above.
        let product = factor * preshift / 32768;
        Some((rounding_divide_by_pot(product, right) + out_zero).clamp(-128, 127))
    })
}

/// From input to output and from input to the scale of [-3, 3] as [-1, 1], in float32 like the reference.
fn factors(in_scale: f32, out_scale: f32) -> (Multiplier, Multiplier) {
    let hires = (1.0f32 / 128.0) * in_scale;
    (Multiplier::new(f64::from(hires / out_scale)), Multiplier::new(f64::from(hires / (3.0f32 / 32768.0))))
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
