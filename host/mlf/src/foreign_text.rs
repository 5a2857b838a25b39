//! Untrusted text, made safe to show and to write: names in models and archives, paths, messages that contain them.
//!
//! All crates of the host side use these functions, so that there is one list of invisible characters.

/// A character that is invisible or changes how others are displayed: controls, direction marks, joiners.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Text that is safe in a message: invisible characters escaped and the length limited, so that a hostile name can
/// neither control a terminal nor fill a log.
pub fn shown(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for c in text.chars().take(longest) {
        if is_invisible(c) {
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

/// Text that is safe in a C comment: on one line, with limited length, and without anything that ends the comment or begins another.
pub fn comment(text: &str, longest: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(longest));
    for c in text.chars().take(longest) {
        let c = match c {
            c if is_invisible(c) => ' ',
            // A backslash could join lines, also as a trigraph.
            '\\' => '/',
            '?' if clean.ends_with('?') => continue,
            c => c,
        };
        // Neither the end of the comment nor the beginning of another.
        if matches!((clean.chars().last(), c), (Some('*'), '/') | (Some('/'), '*')) {
            clean.push(' ');
        }
        clean.push(c);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_control_a_terminal() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}é\n", 100), "a\\u{1b}[2J\\u{202e}é\\u{a}");
        assert_eq!(shown("a\u{200b}b\u{61c}c\u{feff}", 100), "a\\u{200b}b\\u{61c}c\\u{feff}");
        assert_eq!(shown("net \"é\"*/", 100), "net \"é\"*/");
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shown(&"x".repeat(100), 100), "x".repeat(100));
        assert_eq!(shown(&"é".repeat(101), 100), format!("{}…", "é".repeat(100)));
        assert_eq!(comment(&"x".repeat(5000), 1000).len(), 1000);
    }

    #[test]
    fn names_can_not_end_their_comment() {
        let comment = |text| comment(text, 1000);
        assert_eq!(comment("a*/ b\n/* c"), "a* / b / * c");
        assert_eq!(comment("x*\\"), "x* /");
        assert_eq!(comment("line\r\nend???/"), "line  end?/");
        assert_eq!(comment("a\u{0}b\u{1b}c\n"), "a b c ");
        assert_eq!(comment("größe*//"), "größe* //");
        assert_eq!(comment("a\u{202e}b\u{2066}c"), "a b c");
    }
}
