//! Which operators read and write each tensor of a graph.

use crate::ir::graph::Subgraph;

/// By the number of the tensor; operators by their position.
#[derive(Debug)]
pub struct Uses {
    /// The first operator that writes it.
    pub producer: Vec<Option<usize>>,
    /// The operators that read it, once for each input that they read it as.
    pub readers: Vec<Vec<usize>>,
    /// Whether the caller reads it.
    pub is_output: Vec<bool>,
}

impl Uses {
    /// Of all operators of a graph.
    pub fn new(graph: &Subgraph) -> Uses {
        let count = graph.tensors.len();
        let mut uses =
            Uses { producer: vec![None; count], readers: vec![Vec::new(); count], is_output: vec![false; count] };
        graph.outputs.iter().for_each(|id| uses.is_output[id.0] = true);
        for (at, op) in graph.operators.iter().enumerate() {
            for id in &op.outputs {
                uses.producer[id.0].get_or_insert(at);
            }
            op.inputs.iter().flatten().for_each(|id| uses.readers[id.0].push(at));
        }
        uses
    }
}
