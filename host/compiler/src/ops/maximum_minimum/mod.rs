//! MAXIMUM and MINIMUM with broadcasting, on int8 and int32, `maximum_minimum.h`, and float32, `maximum_minimum_float.h`.
//! The reference compares what is stored, whatever the quantisation says.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::binary;
use crate::ops::{OpDefinition, unchecked};
use crate::passes::check::Checker;

/// The larger of two.
pub static MAXIMUM: OpDefinition =
    OpDefinition { kind: OpKind::MAXIMUM, versions: 1..=4, arity: (2..=2, 1..=1), check, lower };
/// The smaller of two.
pub static MINIMUM: OpDefinition =
    OpDefinition { kind: OpKind::MINIMUM, versions: 1..=4, arity: (2..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = binary::check(&mut checker, &[DType::Int8, DType::Int32, DType::Float32]);
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let (_, tensor) = lowering.input(op, 0).ok_or_else(|| unchecked(lowering.graph, op))?;
    let which = if op.kind == OpKind::MAXIMUM { "maximum" } else { "minimum" };
    let (element, header) = match tensor.dtype {
        DType::Int8 => ("int8", "maximum_minimum.h"),
        DType::Int32 => ("int32", "maximum_minimum.h"),
        _ => ("float", "maximum_minimum_float.h"),
    };
    binary::lower(lowering, op, header, "", |tensors| format!("    tvmk_{which}_{element}({tensors});\n"))
}
