//! TANH on int8: `table.h`.

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::gemmlowp;
use crate::math::quantize::rounding_divide_by_pot;
use crate::ops::shared::table;
use crate::ops::{OpDefinition, logistic, one_to_one, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::TANH, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    logistic::check_table(&mut checker, (1.0 / 128.0, 0), "scale 1/128 and zero point 0");
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let (input, _) = one_to_one(lowering, op)?;
    let (scale, zero) = table::quant(lowering.graph, op, input)?;
    let (multiplier, radius) = logistic::argument(scale).ok_or_else(|| unchecked(lowering.graph, op))?;
    table::lower(lowering, op, |x| {
        let x = x - zero;
        if i64::from(x) <= -radius {
            return Some(-128);
        }
        if i64::from(x) >= radius {
            return Some(127);
        }
        let y = gemmlowp::tanh(multiplier.checked_apply(x)?);
        Some(rounding_divide_by_pot(y, 24).clamp(-128, 127))
    })
}
