//! LOGISTIC: `table.h` on int8, `logistic_float.h` on float32.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::gemmlowp;
use crate::math::quantize::{Multiplier, frexp, rounding_divide_by_pot};
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::LOGISTIC, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

/// Integer and fractional bits of the fixed-point argument.
const INTEGER_BITS: u32 = 4;
const FRACTION_BITS: u32 = 31 - INTEGER_BITS;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        float_unary::check(&mut checker);
    } else {
        check_table(&mut checker, (1.0 / 256.0, -128), "scale 1/256 and zero point -128");
    }
}

/// Checks a function on int8 whose argument is [`argument`] and whose output has this quantisation, `named` for people.
pub fn check_table(checker: &mut Checker<'_>, fixed: (f32, i32), named: &str) {
    let Some([(in_scale, _), (scale, zero)]) = table::check(checker, &[DType::Int8], &[DType::Int8]) else { return };
    let (Some((input, _)), Some((output, _))) = (checker.input(0), checker.output(0)) else { return };
    if (scale, zero) != fixed {
        checker.bad_tensor(output, format!("scale {scale} and zero point {zero}"), named);
    }
    if argument(in_scale).is_none() {
        let supported = "2^-28 up to 2^35: the reference's shift is undefined elsewhere";
        checker.bad_tensor(input, format!("scale {in_scale}"), supported);
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, "logistic_float.h", "tvmk_float_logistic", "");
    }
    let (input, _) = one_to_one(lowering, op)?;
    let (scale, zero) = table::quant(graph, op, input)?;
    let (multiplier, radius) = argument(scale).ok_or_else(|| unchecked(graph, op))?;
    table::lower(lowering, op, |x| {
        let x = x - zero;
        if i64::from(x) <= -radius {
            return Some(-128);
        }
        if i64::from(x) >= radius {
            return Some(127);
        }
        let y = gemmlowp::logistic(multiplier.checked_apply(x)?);
        Some((rounding_divide_by_pot(y, 23) - 128).clamp(-128, 127))
    })
}

/// The multiplier that makes a fixed-point number of a stored difference, and the difference from which on the function is
/// taken to be saturated (`CalculateInputRadius`). `None` where the reference shifts 64 bits by less than 0 or more than 62.
pub fn argument(scale: f32) -> Option<(Multiplier, i64)> {
    let (fraction, shift) = frexp(f64::from(scale) * f64::from(1u32 << FRACTION_BITS));
    // Exact: a float32 has fewer bits than the mantissa.
    let mantissa = (fraction * (1i64 << 31) as f64) as i32;
    let power = 1u64.checked_shl(u32::try_from(shift).ok()?).filter(|&power| power < 1 << 63)?;
    let largest = f64::from((1u32 << INTEGER_BITS) - 1) * f64::from(1u32 << FRACTION_BITS) / power as f64;
    Some((Multiplier { mantissa, shift }, largest.floor() as i64))
}
