//! Text from files and paths, made safe to show.

use std::path::Path;

/// A name from a file as it may stand in output: nothing that drives a terminal, no endless line.
pub fn printable(text: &str) -> String {
    escaped(text, 200)
}

/// The same for a path, which may be long.
pub fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy(), 4096)
}

/// The same for a sentence that may hold several names.
pub fn sentence(text: &str) -> String {
    escaped(text, 2000)
}

fn escaped(text: &str, longest: usize) -> String {
    let invisible = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let mut shown = String::new();
    for c in text.chars().take(longest) {
        if invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}
