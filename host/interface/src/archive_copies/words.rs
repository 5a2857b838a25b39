//! C text word by word, as far as repairs need it: comments and literals are skipped.

/// One piece of C text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// An identifier or keyword.
    Name(&'a str),
    /// Text that begins with a digit, or a point and a digit.
    Number(&'a str),
    /// A comment, a literal or any other character.
    Other(&'a str),
}

/// Splits a text into pieces; together they are the whole text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = length(rest)?;
        let (piece, after) = rest.split_at(length);
        rest = after;
        let mut bytes = piece.bytes();
        let first = bytes.next()?;
        let digit = first.is_ascii_digit() || first == b'.' && bytes.next().is_some_and(|b| b.is_ascii_digit());
        Some(match first {
            _ if digit => Piece::Number(piece),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Piece::Name(piece),
            _ => Piece::Other(piece),
        })
    })
}

/// Length of the piece that a text begins with; `None` at its end.
fn length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let is_word = |b: u8| b == b'_' || b.is_ascii_alphanumeric();
    let bytes = text.as_bytes();
    Some(match first {
        '/' if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
        '/' if text.starts_with("/*") => text[2..].find("*/").map_or(text.len(), |end| end + 4),
        '"' | '\'' => literal(bytes),
        '_' | 'a'..='z' | 'A'..='Z' => bytes.iter().position(|b| !is_word(*b)).unwrap_or(bytes.len()),
        '0'..='9' => number(bytes),
        '.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => number(bytes),
        other => other.len_utf8(),
    })
}

fn literal(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        if byte == bytes[0] {
            break;
        }
    }
    at.min(bytes.len())
}

/// A preprocessing number: a sign after an exponent's letter belongs to it.
fn number(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let sign = matches!(byte, b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E' | b'p' | b'P');
        if !(byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric() || sign) {
            break;
        }
        at += 1;
    }
    at
}

/// True for a valid C constant, false for a name that begins with a digit.
fn is_constant(text: &str) -> bool {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let plain = lower.trim_end_matches(['u', 'l', 'f']);
    let hexadecimal = lower.strip_prefix("0x");
    let digits = hexadecimal.map(|text| text.trim_end_matches(['u', 'l'])).unwrap_or(plain);
    let (letter, radix) = if hexadecimal.is_some() { ('p', 16) } else { ('e', 10) };
    let (mantissa, exponent) = digits.split_once(letter).unwrap_or((digits, "0"));
    // In a hexadecimal float, an `f` after the exponent is a suffix.
    let exponent = exponent.trim_start_matches(['+', '-']).trim_end_matches('f');
    mantissa.chars().all(|c| c == '.' || c.is_digit(radix)) && exponent.bytes().all(|b| b.is_ascii_digit())
}

/// The text with a letter before each name that begins with a digit; `None` if there is no such name.
pub fn with_names_fit(text: &str) -> Option<String> {
    let odd = |piece: &Piece<'_>| matches!(piece, Piece::Number(number) if !is_constant(number));
    if !pieces(text).any(|piece| odd(&piece)) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 64);
    for piece in pieces(text) {
        if odd(&piece) {
            out.push_str("m_");
        }
        match piece {
            Piece::Name(text) | Piece::Number(text) | Piece::Other(text) => out.push_str(text),
        }
    }
    Some(out)
}

/// True when a text has one of the words outside comments and literals.
pub fn has_name(text: &str, names: &[&str]) -> bool {
    pieces(text).any(|piece| matches!(piece, Piece::Name(name) if names.contains(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_kept_and_names_get_a_letter() {
        for constant in [
            "0",
            "12",
            "0x1F",
            "0xffULL",
            "017",
            "1.5f",
            ".5",
            "1e10",
            "1E-5f",
            "1.000000e+00f",
            "0x1.8p+3f",
            "2l",
            "3.L",
            "0xeL",
        ] {
            assert!(is_constant(constant), "{constant}");
            assert_eq!(with_names_fit(constant), None, "{constant}");
        }
        for (name, fit) in [
            ("1st_input_buffer_var", "m_1st_input_buffer_var"),
            ("f(2nd_0_var,x2)", "f(m_2nd_0_var,x2)"),
            ("0x_var+1", "m_0x_var+1"),
            ("1e5_buffer_var[0]", "m_1e5_buffer_var[0]"),
            ("\"1st\" /* 2nd */ 3rd // 4th\n'5th'", "\"1st\" /* 2nd */ m_3rd // 4th\n'5th'"),
        ] {
            assert_eq!(with_names_fit(name).as_deref(), Some(fit));
        }
    }

    #[test]
    fn words_are_found_only_in_code() {
        assert!(has_name("x = { -NAN, 1 };", &["INFINITY", "NAN"]));
        assert!(!has_name("// NAN\n/* INFINITY */ \"NAN\\\" INFINITY\" 'NAN' NANS", &["INFINITY", "NAN"]));
    }

    #[test]
    fn pieces_make_up_any_text() {
        for text in ["", "/", "/*", "/* a", "// é", "\"", "\"\\", "'\\'", "é*/..1.2e+", "1e", "a'b\"c"] {
            let whole: String = pieces(text)
                .map(|piece| match piece {
                    Piece::Name(text) | Piece::Number(text) | Piece::Other(text) => text,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }
}
