//! What a parser needs in addition to a [`Lexer`]: expected tokens, bracketed text, source slices.

use super::lexer::{Kind, Lexer, Token, integer};
use crate::error::{Error, ErrorKind, Result};

/// Limit for everything that is stored of one file: functions, names, macros, tokens of one declaration.
const MOST: usize = 50_000;

/// Limit for the nesting of brackets; generated code stays far below.
const DEEPEST: u32 = 10_000;

/// Reads C text token by token.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    line: u32,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, prefixes: &'a [&'a str]) -> Self {
        Cursor { text, lexer: Lexer::new(text, prefixes), line: 1 }
    }

    /// Text between two offsets, without surrounding blanks.
    pub fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default().trim()
    }

    pub fn next(&mut self) -> Result<Option<Token<'a>>> {
        let token = self.lexer.next()?;
        if let Some(token) = token {
            self.line = token.line;
        }
        Ok(token)
    }

    /// The next token; the end of the text is an error that says what was expected.
    pub fn need(&mut self, what: &str) -> Result<Token<'a>> {
        let line = self.line;
        self.next()?.ok_or_else(|| {
            Error::new(ErrorKind::Source, format!("expected {what}, found the end of the text")).at_line(line)
        })
    }

    pub fn expect(&mut self, punct: &str) -> Result<()> {
        let token = self.need("more")?;
        if token.is(punct) {
            return Ok(());
        }
        Err(unexpected(&token, &format!("'{punct}'")))
    }

    /// Skips everything up to the bracket that closes one already read; calls `each` for every token inside.
    pub fn skip_to_close(
        &mut self,
        open: &str,
        close: &str,
        mut each: impl FnMut(&Token<'a>) -> Result<()>,
    ) -> Result<()> {
        let mut depth = 1u32;
        loop {
            let token = self.need("a closing bracket")?;
            if token.is(open) {
                depth += 1;
                if depth > DEEPEST {
                    let text = format!("brackets nested more than {DEEPEST} deep");
                    return Err(Error::new(ErrorKind::TooLarge, text).at_line(token.line));
                }
            } else if token.is(close) {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
            each(&token)?;
        }
    }
}

pub(crate) fn unexpected(token: &Token<'_>, wanted: &str) -> Error {
    let text: String = token.text.chars().take(40).collect();
    let shown = match token.kind {
        Kind::Directive => format!("#{text}"),
        _ => text,
    };
    Error::new(ErrorKind::Source, format!("expected {wanted}, found '{shown}'")).at_line(token.line)
}

/// Value of a token that must be an integer.
pub(crate) fn number(token: &Token<'_>) -> Result<u64> {
    match token.kind {
        Kind::Number => integer(token.text),
        _ => None,
    }
    .ok_or_else(|| unexpected(token, "an integer"))
}

/// Refuses more than the limit for one file.
pub(crate) fn bound(count: usize, what: &str, line: u32) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, format!("more than {MOST} {what}")).at_line(line.max(1)))
}
