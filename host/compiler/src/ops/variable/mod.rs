//! Variables: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE. Pass `state` checks how they fit together and rewrites
//! them, so that reading and assigning are names for the variable's bytes here.

pub mod graphs;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};

/// The operators.
pub static DEFINITIONS: [Definition; 4] = [
    // Names a variable.
    definition(OpKind::VAR_HANDLE, 0, 1),
    // Gives variables their first contents.
    definition(OpKind::CALL_ONCE, 0, 0),
    // Reads a variable.
    definition(OpKind::READ_VARIABLE, 1, 1),
    // Writes a variable.
    definition(OpKind::ASSIGN_VARIABLE, 2, 0),
];

const SUPPORT: &[Support] = &[Support::bytes("any", Cores::NoCode)];

const fn definition(kind: OpKind, inputs: usize, outputs: usize) -> Definition {
    Definition {
        kind,
        versions: 1..=1,
        inputs: inputs..=inputs,
        outputs: outputs..=outputs,
        options: match kind {
            OpKind::VAR_HANDLE => Some(name),
            OpKind::CALL_ONCE => Some(call),
            _ => None,
        },
        check,
        kernels: &[],
        reference: match kind {
            OpKind::VAR_HANDLE => "var_handle.cc",
            OpKind::CALL_ONCE => "call_once.cc",
            OpKind::READ_VARIABLE => "read_variable.cc",
            _ => "assign_variable.cc",
        },
        support: SUPPORT,
    }
}

/// Options of VAR_HANDLE: the name of a variable.
#[derive(Debug)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Name {
    pub container: String,
    pub shared_name: String,
}

impl OpOptions for Name {}

/// Options of CALL_ONCE: which subgraph it calls.
#[derive(Debug)]
pub struct Call {
    /// Its index.
    pub subgraph: i32,
}

impl OpOptions for Call {}

fn name(table: Option<&BuiltinOptionsRef<'_>>, budget: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Varhandle(o)) = table else { return Ok(None) };
    let (container, shared_name) = (budget.text(o.container()?)?, budget.text(o.shared_name()?)?);
    read(Name { container, shared_name })
}

fn call(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Callonce(o)) = table else { return Ok(None) };
    read(Call { subgraph: o.init_subgraph_index()? })
}

/// An operator on variables after pass `state` has rewritten it.
struct Access;

fn check<'a>(_: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    // `graphs::check` does it: it has both subgraphs, which this does not.
    Some(Box::new(Access))
}

impl Checked for Access {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        match (lowering.op.inputs.first(), lowering.op.outputs.first()) {
            (Some(&Some(input)), Some(&output)) => Lowered::Alias { input, output },
            _ => Lowered::Nothing,
        }
    }
}
