//! What needs memory, when, and where it went.

/// Something that needs memory during some layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Size in bytes.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// When which of its bytes are in use. What lies in no piece is not needed.
    pub pieces: Vec<Piece>,
}

/// Some bytes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where they begin.
    pub at: usize,
    /// How many.
    pub bytes: usize,
    /// First layer that needs them.
    pub first: usize,
    /// Last layer that needs them.
    pub last: usize,
}

impl Piece {
    /// Whether a byte of one is needed while the same byte of the other is, the other `by` bytes further on.
    pub(super) fn meets(&self, other: &Piece, by: i64) -> bool {
        let (start, other_start) = (self.at as i64, other.at as i64 + by);
        let apart = start + self.bytes as i64 <= other_start || other_start + other.bytes as i64 <= start;
        self.first <= other.last && other.first <= self.last && !apart
    }
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
    /// How many bytes before the input the output must start at least.
    pub lead: usize,
}

/// Where a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Index of the pool.
    pub pool: usize,
    /// Offset in bytes.
    pub offset: usize,
}
