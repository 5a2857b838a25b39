//! RESHAPE: another shape for the same bytes, without code.

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::{OpDefinition, one_to_one};
use crate::passes::check::Checker;

/// The operator. The new shape is that of the output tensor; what the second input or the options say is not needed.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::RESHAPE, versions: 1..=1, arity: (1..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let (Some((_, input)), Some((id, output))) = (checker.input(0), checker.output(0)) else { return };
    if input.dtype != output.dtype || input.elements() != output.elements() || input.dtype.size() == 0 {
        let found = format!("{} of shape {:?}", output.dtype, output.shape);
        checker.bad_tensor(id, found, format!("{} with {} elements as the input", input.dtype, input.elements()));
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    Ok(Lowered::Alias { input, output })
}
