//! How the names of files end.

use std::path::Path;

/// Whether a file's name ends so, in small letters or large ones.
pub fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}
