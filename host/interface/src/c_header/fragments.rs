//! Text that several parts of the header use.

use std::fmt::Write;

/// The title of a section.
pub fn section(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n/* ---- {title} ---- */");
}

/// The prefix of the macros of one tensor, pool or device.
pub fn entry(place: &str, c_name: &str) -> String {
    format!("{place}_{}", c_name.to_ascii_uppercase())
}
