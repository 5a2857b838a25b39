//! RELU6: `table.h` on int8, `float_unary.h` on float32.

use crate::ir::graph::{Activation, DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::activation_range_i8;
use crate::ops::shared::{float_unary, table};
use crate::ops::{OpDefinition, is_float, one_to_one, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::RELU6, versions: 1..=2, arity: (1..=1, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        float_unary::check(&mut checker);
    } else if let Some([(scale, zero), _]) = table::check(&mut checker, &[DType::Int8], &[DType::Int8])
        && activation_range_i8(Activation::Relu6, scale, zero).is_none()
    {
        checker.bad(format!("input scale {scale}"), "a scale with which 6 is a 32-bit number");
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float_unary::lower(lowering, op, float_unary::HEADER, "tvmk_float_relu6", "");
    }
    // The reference clamps at the input's 0 and 6 and takes the output to be quantised alike, whatever the file says.
    let (input, _) = one_to_one(lowering, op)?;
    let (scale, zero) = table::quant(graph, op, input)?;
    let (_, six) = activation_range_i8(Activation::Relu6, scale, zero).ok_or_else(|| unchecked(lowering.graph, op))?;
    table::lower(lowering, op, |x| Some(if x > six { six } else { x.max(zero) }))
}
