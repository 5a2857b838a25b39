//! Variables of streaming models: from resource handles to tensors that are kept between runs.
//!
//! `VAR_HANDLE` names a variable, `CALL_ONCE` runs a subgraph that gives variables their first contents. Here they become
//! [`State`]s, and `READ_VARIABLE` and `ASSIGN_VARIABLE` read and write the state's tensor like any other operator.

use crate::ir::graph::*;
use crate::ir::program::{Program, State};
use crate::ops::variable::graphs::{Key, access, handles, init_subgraphs};
use std::collections::HashMap;
use std::sync::Arc;

/// Rewrites a checked model so that variables are tensors.
pub fn resolve(mut model: Graph) -> Program {
    let mut initial: HashMap<(String, String), Arc<[u8]>> = HashMap::new();
    for i in init_subgraphs(&model) {
        let Some(init) = model.subgraphs.get(i) else { continue };
        let handles = handles(init);
        for op in &init.operators {
            if let Some((key, value)) = access(&handles, op)
                && let Some(data) = init.tensor(value).contents()
            {
                initial.insert((key.0.to_owned(), key.1.to_owned()), data.into_owned().into());
            }
        }
    }
    let mut graph = if model.subgraphs.is_empty() { Subgraph::default() } else { model.subgraphs.swap_remove(0) };
    let source = graph.clone();
    let handles = handles(&source);
    let mut states: Vec<(Key<'_>, State)> = Vec::new();
    for op in &mut graph.operators {
        let Some((key, value)) = access(&handles, op) else { continue };
        let known = states.iter().find(|(other, _)| *other == key).map(|(_, state)| state.tensor);
        let tensor = known.unwrap_or_else(|| {
            let like = source.tensor(value);
            let id = TensorId(graph.tensors.len());
            // Without first contents every byte of a variable starts as its zero point, as in the reference.
            let zero = like.per_tensor().map_or(0, |(_, zero_point)| zero_point as u8);
            let given = initial.get(&(key.0.to_owned(), key.1.to_owned())).filter(|data| data.len() == like.bytes());
            let initial = given.cloned().unwrap_or_else(|| vec![zero; like.bytes()].into());
            graph.tensors.push(Tensor { name: key.1.to_owned(), data: None, ..like.clone() });
            states.push((key, State { tensor: id, initial }));
            id
        });
        if op.kind == OpKind::READ_VARIABLE {
            op.inputs = vec![Some(tensor)];
        } else {
            (op.inputs, op.outputs) = (vec![Some(value)], vec![tensor]);
        }
    }
    // Buffers keep their contents in their output, which starts as its zero point.
    let mut buffers = Vec::new();
    for op in graph.operators.iter().filter(|op| op.kind == OpKind::CIRCULAR_BUFFER) {
        if let Some(&tensor) = op.outputs.first() {
            let like = graph.tensor(tensor);
            let zero = like.per_tensor().map_or(0, |(_, zero_point)| zero_point as u8);
            buffers.push(State { tensor, initial: vec![zero; like.bytes()].into() });
        }
    }
    graph.operators.retain(|op| !matches!(op.kind, OpKind::VAR_HANDLE | OpKind::CALL_ONCE));
    Program { graph, states: states.into_iter().map(|(_, state)| state).chain(buffers).collect(), ..Program::default() }
}
