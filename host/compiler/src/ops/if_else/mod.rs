//! IF: pass `inline` has put the operators of both branches in front of it; what is left chooses between their results, `if_else.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;

/// The operator. Its inputs are the condition and, once its branches stand in the graph, the results of both.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::IF,
    versions: 1..=1,
    inputs: 1..=usize::MAX,
    outputs: 1..=usize::MAX,
    options: Some(options),
    check,
    kernels: kernels!["if_else.h"],
    reference: "if.cc",
    support: &[Support::bytes("branches of operators without state that can't fail", Cores::Portable)],
};

/// Options in the file: which subgraphs the branches are.
#[derive(Debug)]
pub struct Branches {
    /// Where the condition is true.
    pub yes: i32,
    /// Where it is not.
    pub no: i32,
}

impl OpOptions for Branches {}

/// Options of an operator whose branches stand in the graph.
#[derive(Debug)]
pub struct Inlined;

impl OpOptions for Inlined {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::If(o)) = table else { return Ok(None) };
    read(Branches { yes: o.then_subgraph_index()?, no: o.else_subgraph_index()? })
}

struct IfElse<'a> {
    condition: Operand<'a>,
    /// For each output, the results of both branches, and itself.
    results: Vec<[Operand<'a>; 3]>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let count = checker.op.outputs.len();
    if checker.op.options::<Inlined>().is_none() || checker.op.inputs.len() != 1 + 2 * count {
        checker.bad(
            "branches that the compiler can't run",
            "subgraphs of the same inputs and outputs as the operator, whose operators keep nothing and can't fail",
        );
        return None;
    }
    let condition = checker.input(0)?;
    (checker.dtype(condition, &[DType::Bool]) & checker.bools(condition)).then_some(())?;
    if condition.elements() != 1 {
        checker.bad_tensor(condition.id, format!("shape {:?}", condition.shape), "one element");
    }
    let mut results = Vec::new();
    for i in 0..count {
        let (yes, no, output) = (checker.input(1 + i)?, checker.input(1 + count + i)?, checker.output(i)?);
        for result in [yes, no] {
            (checker.dtype(result, &[output.dtype]) & checker.shape(result, &output.shape)).then_some(())?;
        }
        results.push([yes, no, output]);
    }
    Some(Box::new(IfElse { condition, results }))
}

impl Checked for IfElse<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let mut arguments = vec![Argument::input("condition", self.condition.id)];
        let mut body = String::new();
        for (i, [yes, no, output]) in self.results.iter().enumerate() {
            arguments.push(Argument::input(&format!("yes{i}"), yes.id));
            arguments.push(Argument::input(&format!("no{i}"), no.id));
            arguments.push(Argument::output(&format!("output{i}"), output.id));
            body += &format!("    tvmk_if_else(condition, yes{i}, no{i}, output{i}, {}u);\n", output.bytes());
        }
        let summary = format!("IF with {} results", self.results.len());
        Lowered::Layer(Layer { arguments, headers: vec!["if_else.h"], body, ..lowering.layer(summary) })
    }
}
