//! The text of a Relay program, split at separators outside of brackets, quotes and comments.

/// Limit for the number of parameters.
pub(super) const MOST: usize = 50_000;

/// Parts of a text between separators that are outside all brackets and quotes.
pub(super) fn split_top(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in top_level(text, separator) {
        parts.push(&text[start..at]);
        start = at + separator.len_utf8();
    }
    parts.push(&text[start..]);
    parts
}

/// Offsets of a character outside all brackets and quotes.
pub(super) fn top_level(text: &str, wanted: char) -> impl Iterator<Item = usize> + '_ {
    let mut depth = 0usize;
    let mut quoted = false;
    text.char_indices().filter_map(move |(i, c)| {
        if c == '"' {
            quoted = !quoted;
        }
        if quoted {
            return None;
        }
        let hit = depth == 0 && c == wanted;
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        hit.then_some(i)
    })
}

/// Skips white space and comments.
pub(super) fn skip_blank(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start();
        match text.strip_prefix("/*") {
            Some(comment) => text = &comment[comment.find("*/")? + 2..],
            None => return Some(text),
        }
    }
}

/// Skips a value up to the comma or bracket that ends it.
pub(super) fn skip_to_comma(text: &str) -> Option<&str> {
    let end = [',', ')'].into_iter().filter_map(|c| top_level(text, c).next()).min();
    Some(&text[end?..])
}
