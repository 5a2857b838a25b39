//! Limits on the size of the input.

/// Limits on the input. The defaults suit every archive that TVM can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest archive, in bytes.
    pub archive_bytes: u64,
    /// Largest number of tar entries, directories included.
    pub entries: usize,
    /// Longest member name, in bytes.
    pub name_bytes: usize,
    /// Largest `metadata.json`, in bytes (its tree can take eighty times as much memory).
    pub metadata_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { archive_bytes: 640 << 20, entries: 10_000, name_bytes: 1024, metadata_bytes: 8 << 20 }
    }
}
