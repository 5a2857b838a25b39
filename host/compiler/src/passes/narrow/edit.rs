//! Changes of operators.

use crate::ir::graph::{OpKind, OpOptions, Subgraph, Tensor, TensorId};
use std::sync::Arc;

/// A change of the operator at a position in the graph.
pub struct Edit {
    /// The position.
    pub at: usize,
    /// What changes.
    pub change: Change,
}

/// What changes.
pub enum Change {
    /// An input becomes a new constant.
    Constant(usize, Tensor),
    /// Other options.
    Options(Arc<dyn OpOptions>),
    /// Nothing is computed: the output is this tensor.
    Alias(TensorId),
}

impl Edit {
    /// Makes the change.
    pub fn apply(self, graph: &mut Subgraph) {
        let op = &mut graph.operators[self.at];
        match self.change {
            Change::Constant(slot, tensor) => {
                let id = TensorId(graph.tensors.len());
                graph.tensors.push(tensor);
                // A bias that was left out.
                op.inputs.resize(op.inputs.len().max(slot + 1), None);
                op.inputs[slot] = Some(id);
            }
            Change::Options(options) => op.options = options,
            Change::Alias(input) => {
                op.kind = OpKind::RESHAPE;
                op.options = Arc::new(());
                op.inputs = vec![Some(input)];
            }
        }
    }
}
