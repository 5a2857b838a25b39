//! WHILE: pass `inline` puts the operators of its condition and its body in its place, between steps of `shared/control.rs`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::shared::control;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::WHILE,
    versions: 1..=1,
    inputs: 1..=usize::MAX,
    outputs: 0..=usize::MAX,
    options: Some(options),
    check,
    kernels: &[],
    reference: "while.cc",
    support: &[Support::bytes("a condition and a body of operators without state", Cores::Portable)],
};

/// Options in the file: which subgraphs it runs.
#[derive(Debug)]
pub struct Loop {
    /// Computes whether to continue.
    pub condition: i32,
    /// Gives the variables their next values.
    pub body: i32,
}

impl OpOptions for Loop {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::While(o)) = table else { return Ok(None) };
    read(Loop { condition: o.cond_subgraph_index()?, body: o.body_subgraph_index()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let supported =
        "a condition with one output and a body, both with the operator's inputs, whose operators keep no state";
    control::check(checker, supported)
}
