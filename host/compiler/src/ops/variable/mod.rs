//! Variables: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE. `state` checks how they fit together and rewrites them,
//! so that reading and assigning are names for the variable's bytes here.

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::{OpDefinition, one_to_one};

/// Names a variable.
pub static VAR_HANDLE: OpDefinition =
    OpDefinition { kind: OpKind::VAR_HANDLE, versions: 1..=1, arity: (0..=0, 1..=1), check, lower: nothing };
/// Gives variables their first contents.
pub static CALL_ONCE: OpDefinition =
    OpDefinition { kind: OpKind::CALL_ONCE, versions: 1..=1, arity: (0..=0, 0..=0), check, lower: nothing };
/// Reads a variable.
pub static READ_VARIABLE: OpDefinition =
    OpDefinition { kind: OpKind::READ_VARIABLE, versions: 1..=1, arity: (1..=1, 1..=1), check, lower: alias };
/// Writes a variable.
pub static ASSIGN_VARIABLE: OpDefinition =
    OpDefinition { kind: OpKind::ASSIGN_VARIABLE, versions: 1..=1, arity: (2..=2, 0..=0), check, lower: alias };

fn check(_: &Subgraph, _: &Operator, _: &mut Vec<Problem>) {
    // `state::check` sees both subgraphs, which this can't.
}

fn nothing(_: &Lowering<'_>, _: &Operator) -> Result<Lowered, Problem> {
    Ok(Lowered::Nothing)
}

fn alias(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    Ok(Lowered::Alias { input, output })
}
