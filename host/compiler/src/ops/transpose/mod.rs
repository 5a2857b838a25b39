//! TRANSPOSE of any type: `move.h`.

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::moves::{self, Level, Move};
use crate::ops::{OpDefinition, resolve_axis, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::TRANSPOSE, versions: 1..=6, arity: (2..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let (_, source) = checker.input(0)?;
    let (order, _) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(output, &[source.dtype]);
    let given = checker.constant_i32(order)?;
    match permutation(&given, source.shape.len()) {
        Some(order) => {
            let expected: Vec<usize> = order.iter().map(|&from| source.shape[from]).collect();
            checker.shape(output, &expected);
        }
        None => {
            checker.bad_tensor(order, format!("order {given:?}"), format!("each dimension of {:?} once", source.shape))
        }
    }
    if source.dtype.size() == 0 {
        checker.bad_tensor(output, source.dtype.to_string(), "a type with a size");
    }
    Some(())
}

fn permutation(given: &[i32], rank: usize) -> Option<Vec<usize>> {
    let order: Vec<usize> = given.iter().map(|&axis| resolve_axis(axis, rank)).collect::<Option<_>>()?;
    let complete = order.len() == rank && (0..rank).all(|axis| order.contains(&axis));
    complete.then_some(order)
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let (input, source) = lowering.input(op, 0).ok_or_else(fail)?;
    let (_, order) = lowering.input(op, 1).ok_or_else(fail)?;
    let output = *op.outputs.first().ok_or_else(fail)?;
    let order = permutation(&order.i32_data().ok_or_else(fail)?, source.shape.len()).ok_or_else(fail)?;
    let shape = &graph.tensor(output).shape;
    let element = source.dtype.size();
    let (from, to) = (moves::steps(&source.shape, element), moves::steps(shape, element));
    let levels: Vec<Level> =
        (0..order.len()).map(|i| Level { count: shape[i], input: from[order[i]], output: to[i] }).collect();
    let moved = Move::new(&levels, element, 0, 0).ok_or_else(|| {
        Problem::operator(
            graph,
            op,
            format!("order {order:?}"),
            format!("up to {} dimensions that move", moves::LEVELS),
        )
    })?;
    if moved.is_single() {
        return Ok(Lowered::Alias { input, output });
    }
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("TRANSPOSE {:?} to {shape:?}", source.shape),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["move.h"],
        body: moved.statements("layer", "input", "output"),
        ..Layer::default()
    }))
}
