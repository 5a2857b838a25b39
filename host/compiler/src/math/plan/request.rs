//! What needs memory, in which layers, and where it was placed.

use crate::ir::schedule::Piece;

/// Something that needs memory during some layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Size in bytes.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// Which of its bytes are in use in which layers. Bytes in no piece are not needed.
    pub pieces: Vec<Piece>,
}

impl Request {
    /// Bytes that are needed in the same layers.
    pub fn new(bytes: usize, align: usize, first: usize, last: usize) -> Self {
        Request { bytes, align, pieces: vec![Piece { at: 0, bytes, first, last }] }
    }
}

/// A tensor's bytes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Index of the request.
    pub request: usize,
    /// Where they begin in it.
    pub at: usize,
    /// How many.
    pub bytes: usize,
}

/// An output that may overlap an input which the same layer reads for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The layer.
    pub layer: usize,
    /// Bytes that no later layer needs.
    pub input: Bytes,
    /// Bytes that no earlier layer needs.
    pub output: Bytes,
    /// How many bytes before the input the output must start, at least.
    pub lead: usize,
}

/// Where a request was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Index of the pool.
    pub pool: usize,
    /// Offset in bytes.
    pub offset: usize,
}
