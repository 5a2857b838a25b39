//! RELU: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::Multiplier;
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::RELU, versions: 1..=2, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        float_unary::check(&mut checker);
    } else {
        let _ = table::check(&mut checker, &[DType::Int8], &[DType::Int8]);
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, float_unary::HEADER, "tvmk_float_relu", "");
    }
    let (input, output) = one_to_one(lowering, op)?;
    let ((in_scale, in_zero), (out_scale, out_zero)) =
        (table::quant(graph, op, input)?, table::quant(graph, op, output)?);
    let multiplier = Multiplier::new(f64::from(in_scale) / f64::from(out_scale));
    table::lower(lowering, op, |x| {
        let y = multiplier.checked_apply(x - in_zero)?.checked_add(out_zero)?;
        Some(y.clamp(out_zero.max(-128), 127))
    })
}
