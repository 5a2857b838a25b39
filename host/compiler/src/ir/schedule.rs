//! The model between `schedule` and `place`: layers in order, and the bytes they work on.

use crate::ir::graph::TensorId;
use crate::ir::layer::Layer;

/// Who provides the bytes of a [`Storage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A workspace pool.
    Arena,
    /// The caller's input with this index.
    Input(usize),
    /// The caller's output with this index.
    Output(usize),
    /// The state with this index.
    State(usize),
    /// An array in flash.
    Constant,
}

/// Bytes that one or more tensors name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Size.
    pub bytes: usize,
    /// Alignment that the element type needs.
    pub align: usize,
    /// Who provides the bytes.
    pub owner: Owner,
    /// First layer that needs them.
    pub first: usize,
    /// Last layer that needs them.
    pub last: usize,
    /// Which of them are needed in which layers.
    pub pieces: Vec<Piece>,
    /// The tensors.
    pub tensors: Vec<TensorId>,
}

/// Where a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Index of the storage.
    pub storage: usize,
    /// Its first byte there.
    pub at: usize,
}

/// The layers in order, and the bytes they work on.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    /// Layers in execution order, copies included.
    pub layers: Vec<Layer>,
    /// All storages that a layer or the caller uses.
    pub storages: Vec<Storage>,
    /// Place of each tensor, `None` for those that are not used.
    pub of_tensor: Vec<Option<Slot>>,
    /// The tensor that the caller finds in each output; differs from the graph's where a copy was inserted.
    pub outputs: Vec<TensorId>,
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
    /// Whether two pieces need the same byte in the same layer, if the other starts `by` bytes later.
    pub fn meets(&self, other: &Piece, by: i64) -> bool {
        let (start, other_start) = (self.at as i64, other.at as i64 + by);
        let apart = start + self.bytes as i64 <= other_start || other_start + other.bytes as i64 <= start;
        self.first <= other.last && other.first <= self.last && !apart
    }
}
