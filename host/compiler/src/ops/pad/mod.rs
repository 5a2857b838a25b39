//! PAD with zeros, that is with the zero point: `move.h`.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::moves::{self, Level, Move};
use crate::ops::{OpDefinition, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::PAD, versions: 1..=4, arity: (2..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let (_, source) = checker.input(0)?;
    let (amounts, _) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(output, &[source.dtype]);
    checker.dtype(output, &[DType::Int8, DType::Int16, DType::Int32, DType::Float32]).then_some(())?;
    let given = checker.constant_i32(amounts)?;
    if given.len() != 2 * source.shape.len() || given.iter().any(|&amount| amount < 0) {
        let expected = format!("two numbers from 0 for each of {:?}", source.shape);
        checker.bad_tensor(amounts, format!("amounts {given:?}"), expected);
        return None;
    }
    let expected: Vec<usize> = source
        .shape
        .iter()
        .zip(given.chunks(2))
        .map(|(&size, pair)| size + pair[0] as usize + pair[1] as usize)
        .collect();
    checker.shape(output, &expected);
    if source.dtype == DType::Int8 {
        checker.per_tensor(output)?;
    }
    Some(())
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let (input, source) = lowering.input(op, 0).ok_or_else(fail)?;
    let (_, amounts) = lowering.input(op, 1).ok_or_else(fail)?;
    let output = *op.outputs.first().ok_or_else(fail)?;
    let amounts = amounts.i32_data().ok_or_else(fail)?;
    let result = graph.tensor(output);
    let element = source.dtype.size();
    let (from, to) = (moves::steps(&source.shape, element), moves::steps(&result.shape, element));
    let first: usize = amounts.chunks(2).zip(&to).map(|(pair, &step)| pair[0] as usize * step as usize).sum();
    let levels: Vec<Level> =
        (0..source.shape.len()).map(|i| Level { count: source.shape[i], input: from[i], output: to[i] }).collect();
    let inside = Move::new(&levels, element, 0, first).ok_or_else(|| {
        Problem::operator(graph, op, "padding in six dimensions", format!("{} dimensions", moves::LEVELS))
    })?;
    let zero = if source.dtype == DType::Int8 { result.per_tensor().map_or(0, |(_, zero)| zero & 0xff) } else { 0 };
    let mut body = String::new();
    if result.bytes() > source.bytes() {
        body += &format!("    memset(output, {zero}, {}U);\n", result.bytes());
    }
    body += &inside.statements("layer", "input", "output");
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("PAD {:?} to {:?}", source.shape, result.shape),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["move.h"],
        body,
        ..Layer::default()
    }))
}
