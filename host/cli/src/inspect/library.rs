//! What `inspect` shows of the library of a model that arrived compiled.

use std::fmt::Write;

use serde::Serialize;
use tvm_embedded_mlf::CompiledLibrary;

use crate::table::grouped;
use crate::terminal::printable;

/// The library with a model's code.
#[derive(Debug, Serialize)]
pub struct Library {
    /// Its file name.
    pub file: String,
    /// The core that it is for.
    pub core: String,
    /// Bytes of writable memory of its own.
    pub writable_bytes: u64,
}

impl Library {
    /// Its facts.
    pub fn new(library: &CompiledLibrary) -> Self {
        let (file, core) = (library.file.clone(), library.machine.to_string());
        Library { file, core, writable_bytes: library.writable_bytes }
    }

    /// A line about it.
    pub fn text(&self, out: &mut String) {
        let memory = match self.writable_bytes {
            0 => "no writable memory".to_owned(),
            bytes => format!("{} bytes of writable memory", grouped(bytes)),
        };
        let _ = writeln!(out, "  code in {} for {}, with {memory}", printable(&self.file), self.core);
    }
}
