//! Names of the operator's inputs, options and sizes.

use crate::ir::graph::{Activation, OpOptions};

/// Inputs, including those left out: the input at 0, then weights of the input and of the hidden state for each gate, peepholes,
/// biases, projection, states, layer normalisation.
pub const INPUTS: usize = 24;
pub const GATES: usize = 4;
pub const WEIGHTS: usize = 1;
pub const RECURRENT: usize = 5;
pub const BIASES: usize = 12;
pub const HIDDEN: usize = 18;
pub const CELL: usize = 19;

/// Its options.
#[derive(Debug)]
pub struct Options {
    pub activation: Activation,
    pub cell_clip: f32,
    pub time_major: bool,
    /// Whether vectors of float32 are quantised with an offset, where weights are int8.
    pub asymmetric: bool,
    pub diagonal: bool,
}

impl OpOptions for Options {}

/// Lengths of the loops.
pub struct Sizes {
    pub time_major: bool,
    pub batches: usize,
    pub steps: usize,
    pub inputs: usize,
    pub units: usize,
}

impl Sizes {
    /// Elements from batch to batch and from step to step, as C writes them.
    pub fn stride(&self, elements: usize) -> String {
        let (steps, batches) = (self.steps * elements, self.batches * elements);
        let (batch, step) = if self.time_major { (elements, batches) } else { (steps, elements) };
        format!("{{{batch}, {step}}}")
    }

    /// What the layer does, in a line.
    pub fn summary(&self) -> String {
        format!("{} steps of {} units, {} inputs, batch {}", self.steps, self.units, self.inputs, self.batches)
    }

    /// Multiplications of a run.
    pub fn macs(&self) -> u64 {
        (self.batches * self.steps) as u64 * (GATES * self.units) as u64 * (self.inputs + self.units) as u64
    }
}
