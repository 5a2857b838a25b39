//! The model between `state` and `schedule`: one graph, and the state kept from run to run.

use crate::ir::graph::{Subgraph, TensorId};
use crate::ir::rows::Banded;
use serde::Serialize;
use std::sync::Arc;

/// The model's own graph, with variables as tensors.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The main subgraph. Operators keep the index they have in the file.
    pub graph: Subgraph,
    /// Tensors that keep their contents from run to run.
    pub states: Vec<State>,
    /// What was left out because no result depends on it, in the order of the operators.
    pub removed: Vec<Removed>,
    /// What is computed in bands of rows.
    pub bands: Vec<Banded>,
}

/// Something of an operator that was left out: no result depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Index of the operator in the file.
    pub operator: usize,
    /// Its kind.
    pub kind: String,
    /// What is left out.
    pub part: Part,
    /// How many channels of its output are left out, if any.
    pub channels: usize,
    /// The same in words.
    pub what: String,
}

/// What can be left out of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Channels that have one value, or that no operator reads.
    Channels,
    /// The whole operator: its output equals its input.
    Operator,
    /// The clamp of its activation: no value is out of its range.
    Clamp,
}

impl Program {
    /// Index of a state.
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
