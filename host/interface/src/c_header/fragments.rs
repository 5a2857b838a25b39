//! What several parts of the header are made with.

use std::fmt::Write;

/// The title of a section.
pub fn section(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n/* ---- {title} ---- */");
}

/// What the macros of one tensor, pool or device begin with.
pub fn entry(place: &str, c_name: &str) -> String {
    format!("{place}_{}", c_name.to_ascii_uppercase())
}
