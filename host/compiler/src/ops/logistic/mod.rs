//! LOGISTIC: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::gemmlowp;
use crate::math::quantize::{Multiplier, frexp, rounding_divide_by_pot};
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::LOGISTIC, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

/// Integer bits of the fixed-point argument.
const INTEGER_BITS: u32 = 4;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        float_unary::check(&mut checker);
    } else if let Some([_, (scale, zero)]) = table::check(&mut checker, &[DType::Int8], &[DType::Int8])
        && (scale, zero) != (1.0 / 256.0, -128)
        && let Some((output, _)) = checker.output(0)
    {
        checker.bad_tensor(output, format!("scale {scale} and zero point {zero}"), "scale 1/256 and zero point -128");
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, "tvmk_float_logistic", "");
    }
    let (input, _) = one_to_one(lowering, op)?;
    let (scale, zero) = table::quant(graph, op, input)?;
    let (multiplier, radius) = argument(scale, INTEGER_BITS);
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

/// The multiplier that makes a fixed-point number of `integer_bits` of a stored difference, and the difference from which
/// on the function is taken to be saturated (`CalculateInputRadius`).
pub fn argument(scale: f32, integer_bits: u32) -> (Multiplier, i64) {
    let factor = f64::from(scale) * f64::from(1u32 << (31 - integer_bits));
    let (fraction, shift) = frexp(factor);
    // Without the renormalisation of `QuantizeMultiplier`, as in the reference; a fraction near 1 saturates here.
    let mantissa = (fraction * (1i64 << 31) as f64).round().min(f64::from(i32::MAX)) as i32;
    let largest =
        f64::from((1u32 << integer_bits) - 1) * f64::from(1u32 << (31 - integer_bits)) / f64::from(shift).exp2();
    (Multiplier { mantissa, shift }, largest.floor().min(1e9) as i64)
}
