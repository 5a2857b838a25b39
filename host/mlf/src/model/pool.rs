//! Memory for intermediate tensors and constants.

use serde::{Deserialize, Serialize};

/// Kind of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PoolKind {
    /// Writable memory.
    Workspace,
    /// Constants, provided by the caller.
    Constant,
}

/// Memory that the caller provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Name of the member in the header's struct.
    pub name: String,
    /// Kind.
    pub kind: PoolKind,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub alignment: u64,
    /// True when the pool keeps the model's state from one run to the next.
    pub state: bool,
    /// Content of a constant pool.
    pub data: Option<Vec<u8>>,
}

/// Memory that the archive's C contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalPool {
    /// Name of the variable.
    pub name: String,
    /// Kind.
    pub kind: PoolKind,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub alignment: u64,
    /// True when declared `const`; TVM before 0.17 leaves it out even for constants.
    pub constant: bool,
    /// Member path of the source that holds it.
    pub source: String,
}
