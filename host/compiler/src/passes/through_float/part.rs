//! Which operators are computed on integers.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph, TensorId};
use crate::ir::uses::Uses;
use std::collections::BTreeSet;

/// Operators that only move elements, whose form of integers moves them alike: where they fill, the zero point stands for 0.
const MOVES: [OpKind; 20] = [
    OpKind::BATCH_TO_SPACE_ND,
    OpKind::BROADCAST_TO,
    OpKind::CONCATENATION,
    OpKind::DEPTH_TO_SPACE,
    OpKind::EXPAND_DIMS,
    OpKind::GATHER,
    OpKind::MIRROR_PAD,
    OpKind::PACK,
    OpKind::PAD,
    OpKind::RESHAPE,
    OpKind::REVERSE_V2,
    OpKind::SLICE,
    OpKind::SPACE_TO_BATCH_ND,
    OpKind::SPACE_TO_DEPTH,
    OpKind::SPLIT,
    OpKind::SQUEEZE,
    OpKind::STRIDED_SLICE,
    OpKind::TILE,
    OpKind::TRANSPOSE,
    OpKind::UNPACK,
];

/// Operators from each element to one element, from 0 to 0: so it does not matter whether a move fills before or after them.
pub const FUNCTIONS: [OpKind; 11] = [
    OpKind::ABS,
    OpKind::CEIL,
    OpKind::FLOOR,
    OpKind::HARD_SWISH,
    OpKind::LEAKY_RELU,
    OpKind::NEG,
    OpKind::RELU,
    OpKind::RELU6,
    OpKind::ROUND,
    OpKind::SQRT,
    OpKind::SQUARE,
];

/// Connected operators, from DEQUANTIZE operators to QUANTIZE operators.
#[derive(Default)]
pub struct Part {
    /// DEQUANTIZE: other operators may read their results, too.
    pub first: BTreeSet<usize>,
    /// Moves and functions.
    pub middle: BTreeSet<usize>,
    /// QUANTIZE.
    pub last: BTreeSet<usize>,
}

impl Part {
    /// All operators connected to this QUANTIZE; `None` if they can't be computed on integers.
    pub fn around(graph: &Subgraph, uses: &Uses, last: usize) -> Option<Part> {
        let mut part = Part { last: [last].into(), ..Part::default() };
        let mut open = vec![last];
        while let Some(at) = open.pop() {
            let op = &graph.operators[at];
            for id in floats(graph, op.inputs.iter().flatten()) {
                let producer = uses.producer[id.0]?;
                let kind = graph.operators[producer].kind;
                if kind == OpKind::DEQUANTIZE {
                    part.first.insert(producer);
                } else if !MOVES.contains(&kind) && !FUNCTIONS.contains(&kind) {
                    return None;
                } else if part.middle.insert(producer) {
                    open.push(producer);
                }
            }
            for id in floats(graph, &op.outputs) {
                if uses.is_output[id.0] {
                    return None;
                }
                for &reader in &uses.readers[id.0] {
                    let kind = graph.operators[reader].kind;
                    let known = if kind == OpKind::QUANTIZE { &mut part.last } else { &mut part.middle };
                    if kind != OpKind::QUANTIZE && !MOVES.contains(&kind) && !FUNCTIONS.contains(&kind) {
                        return None;
                    } else if known.insert(reader) {
                        open.push(reader);
                    }
                }
            }
        }
        let functions = part.functions(graph).count();
        let is_chain = part.first.len() == 1
            && part.last.len() == 1
            && part.middle.iter().all(|&at| graph.operators[at].outputs.len() == 1)
            && part.middle.iter().all(|&at| floats(graph, graph.operators[at].inputs.iter().flatten()).count() == 1);
        (functions == 0 || is_chain).then_some(part)
    }

    /// The functions, in the order of execution.
    pub fn functions<'a>(&'a self, graph: &'a Subgraph) -> impl Iterator<Item = &'a Operator> {
        self.middle.iter().map(|&at| &graph.operators[at]).filter(|op| FUNCTIONS.contains(&op.kind))
    }
}

/// The one tensor that an operator reads, and the one that it writes.
pub fn ends(op: &Operator) -> Option<(TensorId, TensorId)> {
    match (op.inputs.as_slice(), op.outputs.as_slice()) {
        (&[Some(from)], &[to]) => Some((from, to)),
        _ => None,
    }
}

/// Those of these tensors that are of float32.
fn floats<'a>(graph: &'a Subgraph, ids: impl IntoIterator<Item = &'a TensorId>) -> impl Iterator<Item = TensorId> {
    ids.into_iter().copied().filter(|&id| graph.tensor(id).dtype == DType::Float32)
}
