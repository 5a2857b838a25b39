//! Constants outside of the code: in pools that the program provides.

use std::collections::BTreeMap;

/// The pools of a model, and which arrays are in them.
#[derive(Debug, Clone, Default)]
pub struct ConstantPools {
    /// In the order that the user gave.
    pub pools: Vec<ConstantPool>,
    /// By name of the array.
    places: BTreeMap<String, Stored>,
}

/// A pool of constants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstantPool {
    /// Member of the C struct.
    pub name: String,
    /// Bytes used.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// Names of its arrays, by offset.
    pub arrays: Vec<String>,
}

/// Where an array is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Index into [`ConstantPools::pools`].
    pub pool: usize,
    /// Offset in the pool.
    pub offset: usize,
}

impl ConstantPools {
    /// Adds a pool with its arrays and their offsets.
    pub fn push(&mut self, name: String, bytes: usize, align: usize, arrays: Vec<(String, usize)>) {
        let pool = self.pools.len();
        self.places.extend(arrays.iter().map(|(name, offset)| (name.clone(), Stored { pool, offset: *offset })));
        let arrays = arrays.into_iter().map(|(name, _)| name).collect();
        self.pools.push(ConstantPool { name, bytes, align, arrays });
    }

    /// Where an array is; `None` for one in the code.
    pub fn find(&self, array: &str) -> Option<Stored> {
        self.places.get(array).copied()
    }
}
