//! Where the models and archives of other projects are, with which tests and measurements go beyond the bundled model.
//!
//! A part of each crate's tests, and of xtask. `docs/data.md` says what the data are and where they come from.

use std::path::PathBuf;

/// The directory `part` of the one that the variable `TVM_EMBEDDED_DATA` names; `None`, with a line `SKIPPED`, where
/// that is not set or holds no such part.
pub fn data(part: &str) -> Option<PathBuf> {
    let Some(all) = std::env::var_os("TVM_EMBEDDED_DATA").filter(|value| !value.is_empty()) else {
        eprintln!("SKIPPED: TVM_EMBEDDED_DATA is not set, so nothing is done with data of {part} (docs/data.md)");
        return None;
    };
    let found = PathBuf::from(all).join(part);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("SKIPPED: {} is not a directory, so nothing is done with data of {part} (docs/data.md)", found.display());
    None
}
