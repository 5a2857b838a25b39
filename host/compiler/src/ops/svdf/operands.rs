//! The operands of SVDF: options, tensors and sizes.

use crate::ir::graph::{Activation, OpOptions};
use crate::ops::checker::Operand;

/// Its options.
#[derive(Debug)]
pub struct Options {
    pub rank: i32,
    pub activation: Activation,
}

impl OpOptions for Options {}

/// What the operator reads and writes.
pub struct Operands<'a> {
    pub input: Operand<'a>,
    pub features: Operand<'a>,
    pub time: Operand<'a>,
    pub bias: Operand<'a>,
    pub state: Operand<'a>,
    pub output: Operand<'a>,
}

/// Lengths of the loops.
pub struct Sizes {
    pub batches: usize,
    pub inputs: usize,
    pub filters: usize,
    pub rank: usize,
    pub memory: usize,
}

impl Sizes {
    pub fn summary(&self) -> String {
        let Sizes { batches, inputs, filters, rank, memory } = self;
        format!("{filters} filters of rank {rank}, {inputs} inputs, {memory} steps, batch {batches}")
    }

    pub fn macs(&self) -> u64 {
        (self.batches * self.filters) as u64 * (self.inputs + self.memory) as u64
    }

    /// The fields that the structures of both kernels have.
    pub fn fields(&self) -> [(&'static str, String); 5] {
        [
            ("inputs", self.inputs.to_string()),
            ("filters", self.filters.to_string()),
            ("rank", self.rank.to_string()),
            ("memory", self.memory.to_string()),
            ("batches", self.batches.to_string()),
        ]
    }
}
