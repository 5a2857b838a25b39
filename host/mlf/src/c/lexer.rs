//! Tokens of C text, with lines. Total: any text yields tokens or an error, in one pass and without copying it.

use crate::error::{Error, ErrorKind, Result};

/// Kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifier or keyword.
    Name,
    /// Preprocessing number: anything that begins with a digit, so `1st` too.
    Number,
    /// String literal, text without the quotes, escapes as written.
    String,
    /// Character literal, as for strings.
    Char,
    /// One character of punctuation.
    Punct,
    /// A whole preprocessor line, continuation lines included, without `#`.
    Directive,
}

/// One token; `text` borrows from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub line: u32,
    /// Offset of the token's first byte in the text.
    pub start: usize,
}

impl Token<'_> {
    pub fn is(&self, punct: &str) -> bool {
        self.kind == Kind::Punct && self.text == punct
    }

    pub fn is_name(&self, name: &str) -> bool {
        self.kind == Kind::Name && self.text == name
    }
}

/// Reads tokens from C text. Comments and white space are skipped.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    at_line_start: bool,
    prefixes: &'a [&'a str],
}

impl<'a> Lexer<'a> {
    /// `prefixes` are beginnings of names that count as part of a name although they are not C identifiers;
    /// TVM writes such names for modules called, say, `my-net`.
    pub fn new(text: &'a str, prefixes: &'a [&'a str]) -> Self {
        Lexer { text, at: 0, line: 1, at_line_start: true, prefixes }
    }

    /// The next token, or `None` at the end of the text.
    ///
    /// # Errors
    /// An unfinished comment or literal, with the line where it began.
    pub fn next(&mut self) -> Result<Option<Token<'a>>> {
        self.skip_blank()?;
        let start = self.at;
        let line = self.line;
        let at_line_start = std::mem::replace(&mut self.at_line_start, false);
        let Some(first) = self.byte(0) else {
            return Ok(None);
        };
        let token = |kind, text| Ok(Some(Token { kind, text, line, start }));
        if let Some(length) = self.odd_name() {
            self.at += length;
            self.eat_name();
            return token(Kind::Name, &self.text[start..self.at]);
        }
        match first {
            b'#' if at_line_start => token(Kind::Directive, self.directive()),
            b'"' | b'\'' => {
                let kind = if first == b'"' { Kind::String } else { Kind::Char };
                let text = self.literal(first)?;
                token(kind, text)
            }
            b'0'..=b'9' => {
                self.number();
                token(Kind::Number, &self.text[start..self.at])
            }
            _ if is_name_start(first) => {
                self.eat_name();
                token(Kind::Name, &self.text[start..self.at])
            }
            _ => {
                // The rest is ASCII, so one byte is one character.
                self.at += 1;
                token(Kind::Punct, &self.text[start..self.at])
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn odd_name(&self) -> Option<usize> {
        if self.prefixes.is_empty() {
            return None;
        }
        let rest = self.rest();
        let known = self.prefixes.iter().filter(|p| rest.starts_with(**p));
        known.map(|p| p.len()).max().filter(|&n| n > 0)
    }

    fn eat_name(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|b| !is_name_part(*b)).unwrap_or(rest.len());
    }

    fn skip_blank(&mut self) -> Result<()> {
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'\n'), _) => {
                    self.at += 1;
                    self.line = self.line.saturating_add(1);
                    self.at_line_start = true;
                }
                (Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c), _) => self.at += 1,
                (Some(b'\\'), Some(b'\n')) => {
                    self.at += 2;
                    self.line = self.line.saturating_add(1);
                }
                (Some(b'/'), Some(b'/')) => {
                    let rest = self.rest();
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                (Some(b'/'), Some(b'*')) => {
                    let rest = self.rest();
                    let Some(end) = rest[2..].find("*/") else {
                        return Err(self.unfinished("comment"));
                    };
                    self.advance(end + 4);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Skips `length` bytes, counting lines.
    fn advance(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + length];
        let lines = passed.iter().filter(|&&b| b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at += length;
    }

    /// Up to the end of the line, or of the last line that is joined to it by a backslash.
    fn directive(&mut self) -> &'a str {
        let start = self.at + 1;
        let rest = self.rest().as_bytes();
        let mut end = 0;
        loop {
            match rest[end..].iter().position(|&b| b == b'\n') {
                None => end = rest.len(),
                Some(more) => {
                    end += more;
                    let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
                    if line.ends_with(b"\\") {
                        end += 1;
                        continue;
                    }
                }
            }
            break;
        }
        self.advance(end);
        &self.text[start..self.at]
    }

    fn literal(&mut self, quote: u8) -> Result<&'a str> {
        let start = self.at + 1;
        let mut ahead = 1;
        loop {
            match self.byte(ahead) {
                Some(b'\\') if self.byte(ahead + 1).is_some() => ahead += 2,
                Some(b) if b == quote => break,
                None | Some(b'\n') => return Err(self.unfinished("literal")),
                Some(_) => ahead += 1,
            }
        }
        // Both ends are ASCII, so the slice falls on character borders.
        let text = &self.text[start..self.at + ahead];
        self.advance(ahead + 1);
        Ok(text)
    }

    /// C's preprocessing number, signs after an exponent letter included.
    fn number(&mut self) {
        while let Some(b) = self.byte(0) {
            let sign = matches!(self.byte(1), Some(b'+' | b'-'));
            match b {
                b'e' | b'E' | b'p' | b'P' if sign && !self.in_hex(b) => self.at += 2,
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' => self.at += 1,
                _ => return,
            }
        }
    }

    /// `0xe+1` is one preprocessing number in C, but TVM writes it as a sum; only `p` is an exponent in hexadecimal.
    fn in_hex(&self, letter: u8) -> bool {
        let before = &self.text.as_bytes()[..self.at];
        let digits = before.iter().rev().take(32).take_while(|b| b.is_ascii_alphanumeric()).count();
        let number = &before[before.len() - digits..];
        let hex = number.starts_with(b"0x") || number.starts_with(b"0X");
        hex && matches!(letter, b'e' | b'E')
    }

    fn unfinished(&self, what: &str) -> Error {
        Error::new(ErrorKind::Source, format!("unfinished {what}")).at_line(self.line)
    }
}

/// Every byte of a character beyond ASCII counts as part of a name.
fn is_name_start(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphabetic() || !b.is_ascii()
}

fn is_name_part(b: u8) -> bool {
    is_name_start(b) || b.is_ascii_digit()
}

/// Value of an integer literal with optional suffix (`16`, `1L`, `0x1fUL`); `None` for anything else.
pub(crate) fn integer(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    if digits.is_empty() || text.len() - digits.len() > 3 {
        return None;
    }
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(Kind, &str, u32)> {
        let mut lexer = Lexer::new(text, &["tvmgen_my-net"]);
        let mut found = Vec::new();
        while let Some(t) = lexer.next().expect("lexes") {
            found.push((t.kind, t.text, t.line));
        }
        found
    }

    #[test]
    fn tokens_with_lines() {
        use Kind::*;
        assert_eq!(
            all("int /* a\nb */ x1; // c\n1st 'a\\'' \"q\\\"\" 0x1e+2"),
            [
                (Name, "int", 1),
                (Name, "x1", 2),
                (Punct, ";", 2),
                (Number, "1st", 3),
                (Char, "a\\'", 3),
                (String, "q\\\"", 3),
                (Number, "0x1e", 3),
                (Punct, "+", 3),
                (Number, "2", 3),
            ]
        );
    }

    #[test]
    fn signs_belong_to_exponents() {
        let texts = |text| all(text).into_iter().map(|(_, text, _)| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(texts("1e+5 2.5E-3 0x1p-3 0x2P+1"), ["1e+5", "2.5E-3", "0x1p-3", "0x2P+1"]);
        // In C each of these is one number, but TVM writes them as sums.
        assert_eq!(texts("0xe+1 0XE-1"), ["0xe", "+", "1", "0XE", "-", "1"]);
        assert_eq!(texts("1+2 e+1"), ["1", "+", "2", "e", "+", "1"]);
    }

    #[test]
    fn directives_span_joined_lines() {
        use Kind::*;
        assert_eq!(
            all("#define A \\\n  1\nx # y"),
            [(Directive, "define A \\\n  1", 1), (Name, "x", 3), (Punct, "#", 3), (Name, "y", 3),]
        );
    }

    #[test]
    fn unusual_prefixes_count_as_names() {
        assert_eq!(all("tvmgen_my-net_run(")[0], (Kind::Name, "tvmgen_my-net_run", 1));
        assert_eq!(all("my-net").len(), 3);
    }

    #[test]
    fn unfinished_tokens_are_errors_with_their_line() {
        for text in ["\n\"a\n", "\n/* a", "\n'", "\n\"\\"] {
            let mut lexer = Lexer::new(text, &[]);
            let error = lexer.next().expect_err(text);
            assert!(error.to_string().starts_with("line 2: unfinished"), "{error}");
        }
    }

    #[test]
    fn integers() {
        for (text, value) in [("0", 0), ("16", 16), ("1L", 1), ("0x1fUL", 31), ("788", 788)] {
            assert_eq!(integer(text), Some(value), "{text}");
        }
        for text in ["", "L", "1.5", "0x", "0xg", "1st", "99999999999999999999", "1LLLL", "-1"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }
}
