//! The operands of GATHER and EMBEDDING_LOOKUP, and the loops over their elements.

use crate::ops::checker::Operand;

/// Operands, and lengths of the loops.
pub struct Gather<'a> {
    pub input: Operand<'a>,
    pub positions: Operand<'a>,
    pub output: Operand<'a>,
    pub batches: usize,
    pub outer: usize,
    pub length: usize,
    pub count: usize,
    pub block: usize,
}

impl Gather<'_> {
    /// The members of `tvmk_gather_t`, with blocks of elements of this many bytes.
    pub fn fields(&self, size: usize) -> [(&'static str, String); 5] {
        [
            ("batches", self.batches.to_string()),
            ("outer", self.outer.to_string()),
            ("length", self.length.to_string()),
            ("count", self.count.to_string()),
            ("block", (self.block * size).to_string()),
        ]
    }
}
