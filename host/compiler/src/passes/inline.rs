//! The branches of IF: their operators come to stand in front of it, so that both are computed and one is chosen.
//!
//! Done only where nobody can tell: operators that keep something from run to run, or whose run can fail, must not be computed
//! where the reference does not. Such an IF stays as it is, and its check refuses it.

use crate::ir::graph::*;
use crate::ops::if_else::{Branches, Inlined};
use std::sync::Arc;

/// Most operators and tensors afterwards: a file can name the same subgraph many times.
const MAX_OPERATORS: usize = 4096;
const MAX_TENSORS: usize = 4 * MAX_OPERATORS;

/// Operators that keep nothing and give a result for all inputs.
const HARMLESS: &[OpKind] = &[
    OpKind::ABS,
    OpKind::ADD,
    OpKind::AVERAGE_POOL_2D,
    OpKind::CAST,
    OpKind::CONCATENATION,
    OpKind::CONV_2D,
    OpKind::DEPTHWISE_CONV_2D,
    OpKind::DEQUANTIZE,
    OpKind::EXPAND_DIMS,
    OpKind::FULLY_CONNECTED,
    OpKind::HARD_SWISH,
    OpKind::LEAKY_RELU,
    OpKind::LOGISTIC,
    OpKind::MAXIMUM,
    OpKind::MAX_POOL_2D,
    OpKind::MEAN,
    OpKind::MINIMUM,
    OpKind::MUL,
    OpKind::PAD,
    OpKind::QUANTIZE,
    OpKind::RELU,
    OpKind::RELU6,
    OpKind::RESHAPE,
    OpKind::SHAPE,
    OpKind::SOFTMAX,
    OpKind::SQUEEZE,
    OpKind::STRIDED_SLICE,
    OpKind::SUB,
    OpKind::TANH,
    OpKind::TRANSPOSE,
];

/// Puts the operators of branches into the main graph.
pub fn inline(graph: &mut Graph) {
    let Some((main, others)) = graph.subgraphs.split_first_mut() else { return };
    let mut operators = Vec::new();
    for mut op in std::mem::take(&mut main.operators) {
        let room = MAX_OPERATORS.saturating_sub(operators.len());
        if let Some(inlined) = branches(main, others, &op, room) {
            operators.extend(inlined.operators);
            let condition = op.inputs.first().copied().flatten();
            op.inputs = std::iter::once(condition).chain(inlined.results.into_iter().map(Some)).collect();
            op.options = Arc::new(Inlined);
        }
        operators.push(op);
    }
    main.operators = operators;
}

/// Both branches of an operator, with the tensors of the main graph.
#[derive(Default)]
struct Inlining {
    operators: Vec<Operator>,
    /// Of the first branch, then of the second.
    results: Vec<TensorId>,
}

fn branches(main: &mut Subgraph, others: &[Subgraph], op: &Operator, room: usize) -> Option<Inlining> {
    let options = op.options::<Branches>().filter(|_| op.kind == OpKind::IF)?;
    let arguments: Vec<TensorId> = op.inputs.get(1..)?.iter().copied().collect::<Option<_>>()?;
    let mut chosen = Vec::new();
    for index in [options.yes, options.no] {
        // The main graph is none of the others.
        let branch = others.get(usize::try_from(index).ok()?.checked_sub(1)?)?;
        let fits = branch.inputs.len() == arguments.len() && branch.outputs.len() == op.outputs.len();
        let alike = |(&inner, &outer): (&TensorId, &TensorId)| {
            let (inner, outer) = (branch.tensor(inner), main.tensor(outer));
            (inner.dtype, &inner.shape, &inner.quant) == (outer.dtype, &outer.shape, &outer.quant)
        };
        let distinct = (1..branch.inputs.len()).all(|i| !branch.inputs[..i].contains(&branch.inputs[i]));
        let harmless = branch.operators.iter().all(|op| HARMLESS.contains(&op.kind));
        (fits && distinct && harmless && branch.inputs.iter().zip(&arguments).all(alike)).then_some(())?;
        chosen.push(branch);
    }
    let operators: usize = chosen.iter().map(|branch| branch.operators.len()).sum();
    let tensors: usize = main.tensors.len() + chosen.iter().map(|branch| branch.tensors.len()).sum::<usize>();
    (operators < room && tensors <= MAX_TENSORS).then_some(())?;
    let mut inlining = Inlining::default();
    for branch in chosen {
        take(main, branch, &arguments, op.index, &mut inlining);
    }
    Some(inlining)
}

/// Adds a branch whose inputs are `arguments`.
fn take(main: &mut Subgraph, branch: &Subgraph, arguments: &[TensorId], index: usize, inlining: &mut Inlining) {
    let mut names: Vec<TensorId> = Vec::new();
    for (id, tensor) in branch.tensors.iter().enumerate() {
        let input = branch.inputs.iter().position(|&input| input == TensorId(id));
        names.push(input.map_or(TensorId(main.tensors.len()), |input| arguments[input]));
        if input.is_none() {
            main.tensors.push(tensor.clone());
        }
    }
    let named = |id: &TensorId| names[id.0];
    for op in &branch.operators {
        let inputs = op.inputs.iter().map(|input| input.as_ref().map(named)).collect();
        let outputs = op.outputs.iter().map(named).collect();
        inlining.operators.push(Operator { index, inputs, outputs, ..op.clone() });
    }
    inlining.results.extend(branch.outputs.iter().map(named));
}
