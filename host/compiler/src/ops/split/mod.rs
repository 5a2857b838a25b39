//! SPLIT and SPLIT_V of any type: `move.h`. The shapes of the parts are those of the output tensors.

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::moves::{Level, Move};
use crate::ops::{OpDefinition, resolve_axis, unchecked};
use crate::passes::check::Checker;

/// Equal parts: inputs are axis, tensor.
pub static SPLIT: OpDefinition =
    OpDefinition { kind: OpKind::SPLIT, versions: 1..=4, arity: (2..=2, 1..=usize::MAX), check, lower };
/// Parts of given sizes: inputs are tensor, sizes, axis.
pub static SPLIT_V: OpDefinition =
    OpDefinition { kind: OpKind::SPLIT_V, versions: 1..=2, arity: (3..=3, 1..=usize::MAX), check, lower };

/// Which inputs are the tensor and the axis.
fn places(op: &Operator) -> (usize, usize) {
    if op.kind == OpKind::SPLIT { (1, 0) } else { (0, 2) }
}

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let (tensor, axis) = places(checker.op);
    let (input, source) = checker.input(tensor)?;
    let (axis, _) = checker.input(axis)?;
    let given = checker.constant_i32(axis)?;
    let resolved = given.first().filter(|_| given.len() == 1).and_then(|&axis| resolve_axis(axis, source.shape.len()));
    let Some(resolved) = resolved else {
        checker.bad_tensor(axis, format!("axis {given:?}"), format!("one dimension of {:?}", source.shape));
        return None;
    };
    let mut length = 0;
    for i in 0..checker.op.outputs.len() {
        let (output, part) = checker.output(i)?;
        checker.dtype(output, &[source.dtype]);
        let mut expected = source.shape.clone();
        expected[resolved] = part.shape.get(resolved).copied().unwrap_or(0);
        checker.shape(output, &expected).then_some(())?;
        length += expected[resolved];
    }
    if length != source.shape[resolved] || source.dtype.size() == 0 {
        let expected = format!("parts that add up to {} along dimension {resolved}", source.shape[resolved]);
        checker.bad_tensor(input, format!("parts that add up to {length}"), expected);
    }
    Some(())
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let (tensor, axis) = places(op);
    let (input, source) = lowering.input(op, tensor).ok_or_else(fail)?;
    let (_, axis) = lowering.input(op, axis).ok_or_else(fail)?;
    let axis = *axis.i32_data().ok_or_else(fail)?.first().ok_or_else(fail)?;
    let axis = resolve_axis(axis, source.shape.len()).ok_or_else(fail)?;
    let rows: usize = source.shape[..axis].iter().product();
    let width = |shape: &[usize]| shape[axis..].iter().product::<usize>() * source.dtype.size();
    let total = width(&source.shape);
    let (mut arguments, mut body, mut offset) = (vec![Argument::input("input", input)], String::new(), 0);
    for (i, &output) in op.outputs.iter().enumerate() {
        let name = format!("output{i}");
        let block = width(&graph.tensor(output).shape);
        let level = Level { count: rows, input: total as i64, output: block as i64 };
        let part = Move::new(&[level], block, offset, 0).ok_or_else(fail)?;
        body += &part.statements(&format!("part{i}"), "input", &name);
        arguments.push(Argument::output(&name, output));
        offset += block;
    }
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("{} into {} tensors along dimension {axis}", op.kind, op.outputs.len()),
        arguments,
        headers: vec!["move.h"],
        body,
        ..Layer::default()
    }))
}
