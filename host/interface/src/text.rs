//! C tokens from arbitrary values: names in an archive become safe text of a program.

use std::fmt::Write;
use tvm_embedded_mlf::foreign_text;

/// A string literal with the bytes of `text`: printable ASCII, and octal escapes for everything else.
///
/// `?` is also escaped, so that no trigraph appears. An octal escape has three digits, so that a digit after it is not part of it.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}

/// Longest name in comments and messages.
const LONGEST: usize = 100;

/// Text that is safe inside a comment, in ASCII: compilers that read sources in other character sets could take the byte
/// after a character of several bytes for a part of it, and miss the end of the comment.
pub fn comment(text: &str) -> String {
    let clean = foreign_text::comment(text, LONGEST);
    let mut out: String = clean.chars().map(|c| if c.is_ascii() && c != '?' { c } else { '_' }).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push_str("...");
    }
    out
}

/// Text that is safe in an error message.
pub fn shown(text: &str) -> String {
    foreign_text::shown(text, LONGEST)
}

/// An integer constant that has a type on every target: parentheses around negative ones, `u` if `int` is too small.
pub fn integer(value: i64) -> String {
    if value == i64::from(i32::MIN) {
        // The digits without the sign are one more than the largest `int`.
        "(-2147483647 - 1)".to_owned()
    } else if value < 0 {
        format!("({value})")
    } else if value > i64::from(i32::MAX) {
        format!("{value}u")
    } else {
        value.to_string()
    }
}

/// A constant of type `float` that reads back as the same bits.
pub fn float(value: f32) -> String {
    // Rust writes the shortest digits that round-trip, always with a point or an exponent.
    let digits = format!("{value:?}f");
    if value.is_sign_negative() { format!("({digits})") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_not_end_a_string() {
        assert_eq!(string("a/b:0"), r#""a/b:0""#);
        assert_eq!(string("\"\\\n??/1"), r#""\"\\\012\?\?/1""#);
        assert_eq!(string("é7"), r#""\303\2517""#);
    }

    #[test]
    fn text_can_not_end_a_comment() {
        assert_eq!(comment("a */ #define \\\n??/ é\u{202e}"), "a * / #define / _/ _ ");
        assert_eq!(comment(&"x".repeat(4096)).len(), 103);
    }

    #[test]
    fn numbers_read_back() {
        assert_eq!((integer(0), integer(-1)), ("0".into(), "(-1)".into()));
        assert_eq!(integer(i64::from(i32::MAX)), "2147483647");
        assert_eq!(integer(i64::from(i32::MAX) + 1), "2147483648u");
        assert_eq!((float(-0.5), float(-0.0)), ("(-0.5f)".into(), "(-0.0f)".into()));
        assert_eq!(integer(-128), "(-128)");
        assert_eq!(integer(i64::from(u32::MAX)), "4294967295u");
        assert_eq!(integer(i64::from(i32::MIN)), "(-2147483647 - 1)");
        assert_eq!((float(0.1), float(1.0), float(1e-10)), ("0.1f".into(), "1.0f".into(), "1e-10f".into()));
    }
}
