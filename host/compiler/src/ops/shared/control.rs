//! Loops and branches: pass `inline` has put the operators of subgraphs between the steps that are lowered here. Each step copies
//! values or tests a condition; `emit` writes the loop or branch around the layers between them.

use crate::ir::graph::{DType, OpOptions, Operator};
use crate::ir::layer::{Argument, Control, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;

/// Options of a step.
#[derive(Debug)]
pub struct Step(pub Control);

impl OpOptions for Step {}

/// Which step an operator is, if any.
pub fn of(op: &Operator) -> Option<Control> {
    Some(op.options::<Step>()?.0)
}

/// Whether an operator overwrites tensors that already have contents: the next iteration of a loop, the other branch.
pub fn rewrites(op: &Operator) -> bool {
    matches!(of(op), Some(Control::LoopEnd | Control::IfEnd))
}

/// A step with its tensors: a condition, or values and their destinations.
struct Checks<'a> {
    control: Control,
    condition: Option<Operand<'a>>,
    copies: Vec<[Operand<'a>; 2]>,
}

/// Checks a step; an operator that is not one is a problem, since its subgraphs could not be inlined.
pub fn check<'a>(checker: &mut Checker<'a>, supported: &str) -> Option<Box<dyn Checked + 'a>> {
    let Some(control) = of(checker.op) else {
        checker.bad("subgraphs that are not supported", supported);
        return None;
    };
    if matches!(control, Control::LoopTest | Control::IfBegin) {
        let condition = checker.input(0)?;
        (checker.dtype(condition, &[DType::Bool]) & checker.bools(condition)).then_some(())?;
        if condition.elements() != 1 {
            checker.bad_tensor(condition.id, format!("shape {:?}", condition.shape), "one element");
        }
        return Some(Box::new(Checks { control, condition: Some(condition), copies: Vec::new() }));
    }
    let mut copies = Vec::new();
    for i in 0..checker.op.outputs.len() {
        let (from, to) = (checker.input(i)?, checker.output(i)?);
        if !rewrites(checker.op) {
            checker.gives(to, &from.shape);
        }
        (checker.dtype(from, &[to.dtype]) & checker.shape(from, &to.shape)).then_some(())?;
        copies.push([from, to]);
    }
    Some(Box::new(Checks { control, condition: None, copies }))
}

impl Checked for Checks<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let kind = lowering.op.kind;
        let mut layer = Layer { control: Some(self.control), ..lowering.layer(format!("{kind}, {:?}", self.control)) };
        if let Some(condition) = self.condition {
            layer.arguments.push(Argument::input("condition", condition.id));
            layer.body = "    return *condition != 0;\n".to_owned();
            return Lowered::Layer(layer);
        }
        for (i, [from, to]) in self.copies.iter().enumerate() {
            layer.arguments.push(Argument::input(&format!("input{i}"), from.id));
            layer.arguments.push(Argument::output(&format!("output{i}"), to.id));
            let bytes = to.bytes();
            layer.body += &format!("    tvmk_copy((int8_t *)output{i}, (const int8_t *)input{i}, {bytes});\n");
        }
        layer.headers = vec!["base.h"];
        Lowered::Layer(layer)
    }
}
