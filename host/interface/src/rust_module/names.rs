//! Valid names in Rust.

/// Keywords of every edition, those of older and newer ones included, that a C identifier may be.
const KEYWORDS: [&str; 46] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where",
];

/// A member's name as an identifier: `r#` before a keyword, `_` after the few that are refused even then.
pub fn identifier(name: &str) -> String {
    match name {
        "crate" | "self" | "super" | "Self" | "_" => format!("{name}_"),
        _ if KEYWORDS.contains(&name) || matches!(name, "while" | "yield") => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// A Rust string literal.
pub fn string(text: &str) -> String {
    let escaped: String = text.chars().flat_map(char::escape_default).collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_become_identifiers() {
        for (name, expected) in [("x", "x"), ("match", "r#match"), ("self", "self_"), ("while", "r#while")] {
            assert_eq!(identifier(name), expected);
        }
        assert_eq!(string("a\"\\\n\u{202e}"), r#""a\"\\\n\u{202e}""#);
    }
}
