//! The static library of a model whose C code is not known.

use crate::container::bytes::Bytes;
use crate::model::machine::Machine;

/// The static library of a model that arrived compiled, with TVM's C header and without an archive.
#[derive(Debug, Clone)]
pub struct CompiledLibrary {
    /// Its file name, without directories.
    pub file: String,
    /// Its content.
    pub content: Bytes,
    /// The core that it is for.
    pub machine: Machine,
    /// Bytes of writable memory in the library itself.
    pub writable_bytes: u64,
    /// Functions and data that it uses and that neither it nor C's own library or compiler provides.
    pub needed: Vec<String>,
    /// The variable that is not zero when a run is over, in code that returns before its accelerator has finished.
    pub finished: Option<String>,
}

impl CompiledLibrary {
    /// A number that is different for almost every other content. Not secure against an attacker.
    pub fn digest(&self) -> u32 {
        self.content.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
    }
}
