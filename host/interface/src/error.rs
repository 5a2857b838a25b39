//! Why no interface could be generated.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why no interface could be generated. Each message names the module and the tensor, pool, symbol or file concerned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The requested symbol is not a valid name in C and C++.
    #[error("'{symbol}' can't be the model's symbol: {reason}")]
    Symbol {
        /// The symbol, made printable.
        symbol: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A number or name exceeds the limits of a descriptor.
    #[error("module '{module}': {what}")]
    Limit {
        /// The module's name, made printable.
        module: String,
        /// What is too large, and the limit.
        what: String,
    },
    /// The archive does not have a fact that the interface needs.
    #[error("module '{module}': {what}")]
    MissingFact {
        /// The module's name, made printable.
        module: String,
        /// What is missing, and who can provide it.
        what: String,
    },
    /// The caller's facts of a tensor contradict the archive.
    #[error("module '{module}': {what}")]
    Contradiction {
        /// The module's name, made printable.
        module: String,
        /// The tensor and the contradiction.
        what: String,
    },
    /// The archive's C needs something that can't be provided.
    #[error("module '{module}': {what}")]
    Unsupported {
        /// The module's name, made printable.
        module: String,
        /// What it needs, and what to do instead.
        what: String,
    },
    /// A member of the archive could not be read as text.
    #[error(transparent)]
    Archive(#[from] tvm_embedded_mlf::Error),
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
}
