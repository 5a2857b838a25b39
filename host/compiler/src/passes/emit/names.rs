//! Names of files, and text from elsewhere, as the archive has them.

use crate::ir::model::Model;

/// The start of a C file of the archive: what C++ projects often ask to be warned of, and C has no other form for.
pub const CASTS: &str = "#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic ignored \"-Wold-style-cast\"
#endif

";

/// Name of a kernel file in the archive. It carries the module's name, so that archives of several models, perhaps made by
/// several versions of the compiler, can share an include path.
pub fn kernel_file(model: &Model, name: &str) -> String {
    format!("tvmgen_{}_{name}", model.module)
}

/// Text fit for a C comment: on one line, not endless, and without characters that change the order in which it is
/// displayed.
pub fn comment(text: &str) -> String {
    const LONGEST: usize = 1000;
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut clean = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars().take(LONGEST) {
        let c = match c {
            c if unseen(c) => ' ',
            // A backslash could end the line or, as a trigraph, hide.
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
    fn names_cannot_leave_their_comment() {
        assert_eq!(comment("a*/ b\n/* c"), "a* / b / * c");
        assert_eq!(comment("x*\\"), "x* /");
        assert_eq!(comment("line\r\nend???/"), "line  end?/");
        assert_eq!(comment("a\u{0}b\u{1b}c\n"), "a b c ");
        assert_eq!(comment("größe*//"), "größe* //");
        assert_eq!(comment("a\u{202e}b\u{2066}c"), "a b c");
        assert_eq!(comment(&"x".repeat(5000)).len(), 1000);
    }
}
