//! After the check: float32 operators between DEQUANTIZE and QUANTIZE are computed on the integers, where not a bit of any result
//! changes.
//!
//! Converters write such operators where a recipe of quantisation leaves one out, for example TILE or LEAKY_RELU. Operators that move
//! elements do the same with integers. Operators from one element to one element become a table of all 256 bytes, computed here
//! by the evaluation that also computes constants. The last QUANTIZE looks its elements up in it.

mod part;
#[cfg(test)]
mod tests;
mod values;

use crate::ir::graph::{Graph, OpKind, Operator, Subgraph, Tensor, TensorId};
use crate::ir::uses::Uses;
use crate::ops::conditions::{Checks, check_operator};
use crate::ops::quantize::Looked;
use part::{FUNCTIONS, Part, ends};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rewrites the main graph.
pub fn through_float(graph: &mut Graph) {
    let Some(main) = graph.subgraphs.first_mut() else { return };
    // A variable of a loop is written by several operators.
    if main.operators.iter().any(|op| matches!(op.kind, OpKind::IF | OpKind::WHILE)) {
        return;
    }
    let uses = Uses::new(main);
    let mut seen = BTreeSet::new();
    for at in 0..main.operators.len() {
        if main.operators[at].kind == OpKind::QUANTIZE
            && seen.insert(at)
            && let Some(part) = Part::around(main, &uses, at)
        {
            seen.extend(&part.last);
            rewrite(&part, main);
        }
    }
}

/// Changes the operators, or none of them if one is not supported on integers.
fn rewrite(part: &Part, graph: &mut Subgraph) {
    let Some((source, tables)) = values::tables(part, graph) else { return };
    let integer: BTreeMap<TensorId, TensorId> =
        part.first.iter().filter_map(|&at| ends(&graph.operators[at])).map(|(from, to)| (to, from)).collect();
    let changed: Vec<usize> = part.middle.iter().chain(&part.last).copied().collect();
    let outputs = part.middle.iter().flat_map(|&at| graph.operators[at].outputs.iter().copied());
    let tensors: Vec<(TensorId, Tensor)> = outputs.map(|id| (id, graph.tensor(id).clone())).collect();
    let operators: Vec<Operator> = changed.iter().map(|&at| graph.operators[at].clone()).collect();
    for &(id, _) in &tensors {
        let tensor = &mut graph.tensors[id.0];
        (tensor.dtype, tensor.quant) = (source.dtype, source.quant.clone());
    }
    for &at in &changed {
        let op = &mut graph.operators[at];
        op.inputs.iter_mut().flatten().for_each(|id| *id = integer.get(id).copied().unwrap_or(*id));
        if let Some(table) = tables.get(&at) {
            op.options = table.clone().map_or(Arc::new(()), |bytes| Arc::new(Looked(bytes)) as _);
        } else if FUNCTIONS.contains(&op.kind)
            && let Some((from, to)) = ends(op)
        {
            // Of the same type and quantisation: no code.
            *op = Operator::added(op.index, OpKind::QUANTIZE, from, to);
        }
    }
    let mut problems = Vec::new();
    changed.iter().for_each(|&at| check_operator(graph, &graph.operators[at], Checks::All, &mut problems));
    if !problems.is_empty() {
        tensors.into_iter().for_each(|(id, tensor)| graph.tensors[id.0] = tensor);
        changed.into_iter().zip(operators).for_each(|(at, op)| graph.operators[at] = op);
    }
}
