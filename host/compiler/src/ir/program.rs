//! The model between `state` and `schedule`: one graph, and what outlives a run.

use crate::ir::graph::{Subgraph, TensorId};
use std::sync::Arc;

/// The model's own graph, with variables as tensors.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The main subgraph. Operators keep the index they have in the file.
    pub graph: Subgraph,
    /// Tensors that keep their contents from run to run.
    pub states: Vec<State>,
}

impl Program {
    /// Which state a tensor is.
    pub fn state_of(&self, id: TensorId) -> Option<usize> {
        self.states.iter().position(|state| state.tensor == id)
    }
}

/// A variable.
#[derive(Debug, Clone)]
pub struct State {
    /// Its tensor in [`Program::graph`], made for it.
    pub tensor: TensorId,
    /// Contents before the first run, as many bytes as the tensor has.
    pub initial: Arc<[u8]>,
}
