//! Variable tensors that are the states of one operator: inputs that it changes. In the compiled model the layer keeps them.

use crate::ir::graph::{OpKind, Operator, Subgraph, TensorId};

/// Which inputs of an operator are its states.
fn places(kind: OpKind) -> &'static [usize] {
    match kind {
        OpKind::UNIDIRECTIONAL_SEQUENCE_LSTM => &[18, 19],
        OpKind::SVDF => &[4],
        _ => &[],
    }
}

/// The tensors that hold an operator's states.
pub fn states(op: &Operator) -> impl Iterator<Item = TensorId> + '_ {
    places(op.kind).iter().filter_map(|&place| op.inputs.get(place).copied().flatten())
}

/// Whether a variable tensor is the state of one operator and has no other use.
pub fn keeps(graph: &Subgraph, id: TensorId) -> bool {
    if !graph.tensor(id).variable {
        return false;
    }
    let reads = graph.operators.iter().flat_map(|op| op.inputs.iter().flatten()).filter(|&&read| read == id).count();
    let is_state = graph.operators.iter().flat_map(states).any(|state| state == id);
    let written = graph.operators.iter().any(|op| op.outputs.contains(&id));
    let of_caller = graph.inputs.contains(&id) || graph.outputs.contains(&id);
    is_state && reads == 1 && !written && !of_caller
}
