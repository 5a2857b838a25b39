//! IF: pass `inline` puts the operators of both branches in its place, between steps of `shared/control.rs`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::shared::control;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::IF,
    versions: 1..=1,
    inputs: 1..=usize::MAX,
    outputs: 0..=usize::MAX,
    options: Some(options),
    check,
    kernels: &[],
    reference: "if.cc",
    support: &[Support::bytes("branches of operators without state", Cores::Portable)],
};

/// Options in the file: which subgraphs the branches are.
#[derive(Debug)]
pub struct Branches {
    /// If the condition is true.
    pub yes: i32,
    /// If it is false.
    pub no: i32,
}

impl OpOptions for Branches {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::If(o)) = table else { return Ok(None) };
    read(Branches { yes: o.then_subgraph_index()?, no: o.else_subgraph_index()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    control::check(checker, "two subgraphs with the inputs and outputs of the operator, whose operators keep no state")
}
