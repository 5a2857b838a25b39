//! LEAKY_RELU: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::Multiplier;
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one};
use crate::passes::check::Checker;
use crate::passes::emit::float_literal;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::LEAKY_RELU, versions: 1..=2, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    match op.options {
        OpOptions::LeakyRelu { alpha } if alpha.is_finite() || is_float(graph, op) => {}
        OpOptions::LeakyRelu { alpha } => checker.bad(format!("alpha {alpha}"), "a finite number"),
        _ => checker.bad("no options", "options of LEAKY_RELU"),
    }
    if is_float(graph, op) {
        float_unary::check(&mut checker);
    } else {
        let _ = table::check(&mut checker, &[DType::Int8], &[DType::Int8]);
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let alpha = if let OpOptions::LeakyRelu { alpha } = op.options { alpha } else { 0.0 };
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, float_unary::HEADER, "tvmk_float_leaky_relu", &float_literal(alpha));
    }
    let (input, output) = one_to_one(lowering, op)?;
    let ((in_scale, in_zero), (out_scale, out_zero)) =
        (table::quant(graph, op, input)?, table::quant(graph, op, output)?);
    // Both factors are float64 in the reference. Its mantissas are never negative: what a negative alpha scales is negated
    // afterwards, so that halves go the other way.
    let [in_scale, slope, out_scale] = [in_scale, alpha.abs(), out_scale].map(f64::from);
    let falling = Multiplier::new(in_scale * slope / out_scale);
    let rising = Multiplier::new(in_scale / out_scale);
    table::lower(lowering, op, |x| {
        let x = x - in_zero;
        let y = match x {
            0.. => rising.checked_apply(x)?,
            _ if alpha < 0.0 => falling.checked_apply(x)?.checked_neg()?,
            _ => falling.checked_apply(x)?,
        };
        Some(y.checked_add(out_zero)?.clamp(-128, 127))
    })
}
