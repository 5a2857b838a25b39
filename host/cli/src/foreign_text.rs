//! Text from files and paths, made safe to show, with the length limits of this program.

use std::path::Path;
use tvm_embedded_mlf::foreign_text;

/// A name from a file, safe for output: no terminal control characters, limited length.
pub fn printable(text: &str) -> String {
    foreign_text::shown(text, 200)
}

/// The same for a path, which may be long.
pub fn shown(path: &Path) -> String {
    foreign_text::shown(&path.to_string_lossy(), 4096)
}

/// The same for a sentence that may hold several names.
pub fn sentence(text: &str) -> String {
    foreign_text::shown(text, 2000)
}
