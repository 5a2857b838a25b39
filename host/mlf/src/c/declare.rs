//! Single declarations: what is declared, how large and how aligned it is.

use super::cursor::{Cursor, number, unexpected};
use super::lexer::{Kind, Token};
use crate::error::Result;

/// A function's name and its parameters.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub name: &'a str,
    pub parameters: usize,
    /// Last word of each parameter: its name, in a definition.
    pub words: Vec<&'a str>,
    /// Line of a parameter whose name is not an identifier: `slow-mem_0_var`, `2nd_0_var`.
    pub odd_parameter: Option<u32>,
    pub line: u32,
}

impl<'a> Function<'a> {
    /// `None` when the tokens are not a function declaration.
    pub fn parse(head: &[Token<'a>]) -> Option<Self> {
        let head = without_attributes(head);
        let open = head.iter().position(|t| t.is("("))?;
        let name = head[..open].last().filter(|t| t.kind == Kind::Name)?;
        let mut depth = 0usize;
        let mut commas = 0usize;
        let mut inside = 0usize;
        let mut words = Vec::new();
        let mut odd_parameter = None;
        for (i, token) in head[open..].iter().enumerate() {
            let ends = depth == 1 && (token.is(",") || token.is(")"));
            if ends && i > 1 {
                words.push(head[open + i - 1].text);
            }
            if token.kind == Kind::Number || token.is("-") || token.is(".") || token.is(":") {
                odd_parameter.get_or_insert(token.line);
            }
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 1 => commas += 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            inside += 1;
        }
        let void = inside == 2 && head.get(open + 1).is_some_and(|t| t.is_name("void"));
        let parameters = if inside <= 1 || void { 0 } else { commas + 1 };
        Some(Function { name: name.text, parameters, words, odd_parameter, line: name.line })
    }
}

/// A variable or struct member: its name, size and alignment.
pub(super) struct Variable<'a> {
    pub name: &'a str,
    /// Size in bytes; `None` for a pointer, an unknown type or an unclear number of elements.
    pub size: Option<u64>,
    pub alignment: u64,
}

impl<'a> Variable<'a> {
    /// `None` when the tokens name no variable.
    pub fn parse(tokens: &[Token<'a>], cursor: &Cursor<'a>) -> Result<Option<Self>> {
        let alignment = alignment(tokens)?;
        let plain = without_attributes(tokens);
        let open = plain.iter().position(|t| t.is("["));
        let declarator = &plain[..open.unwrap_or(plain.len())];
        if declarator.len() < 2 || declarator.iter().any(|t| t.is("(")) {
            return Ok(None);
        }
        let pointer = declarator.iter().rposition(|t| t.is("*"));
        let first = pointer.map_or(declarator.len() - 1, |star| star + 1);
        let (Some(from), Some(to)) = (declarator.get(first), declarator.last()) else {
            return Ok(None);
        };
        if to.kind == Kind::Punct || (pointer.is_none() && to.kind != Kind::Name) {
            return Ok(None);
        }
        let name = cursor.slice(from.start, to.start + to.text.len());
        let element = match pointer {
            Some(_) => None,
            None => declarator[..first].iter().rev().find_map(|t| type_size(t.text)),
        };
        let count = match open {
            Some(open) => element_count(&plain[open..])?,
            None => Some(1),
        };
        Ok(Some(Variable { name, size: element.zip(count).and_then(|(e, n)| e.checked_mul(n)), alignment }))
    }
}

fn element_count(tokens: &[Token<'_>]) -> Result<Option<u64>> {
    let mut count = Some(1u64);
    for dimension in tokens.split(|t| t.is("[")).skip(1) {
        count = match dimension {
            [n, close, ..] if close.is("]") => match number(n) {
                Ok(n) => count.and_then(|c| c.checked_mul(n)),
                Err(_) => None,
            },
            _ => None,
        };
    }
    Ok(count)
}

/// Size of the element types that TVM writes.
fn type_size(name: &str) -> Option<u64> {
    Some(match name {
        "int8_t" | "uint8_t" | "char" | "bool" => 1,
        "int16_t" | "uint16_t" | "half" => 2,
        "int32_t" | "uint32_t" | "float" | "int" => 4,
        "int64_t" | "uint64_t" | "double" => 8,
        _ => return None,
    })
}

/// The largest `aligned(N)` among the tokens.
fn alignment(tokens: &[Token<'_>]) -> Result<u64> {
    let mut found = 1u64;
    for window in tokens.windows(4) {
        if window[0].is_name("aligned") && window[1].is("(") && window[3].is(")") {
            let n = number(&window[2])?;
            if !n.is_power_of_two() || n > 1 << 20 {
                return Err(unexpected(&window[2], "a power of two up to 2^20"));
            }
            found = found.max(n);
        }
    }
    Ok(found)
}

/// The tokens without any `__attribute__((…))`.
fn without_attributes<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut plain = Vec::with_capacity(tokens.len());
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        if !token.is_name("__attribute__") {
            plain.push(*token);
            continue;
        }
        let mut depth = 0usize;
        for token in rest.by_ref() {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    plain
}

/// The tag of `… struct TAG` at the end of the tokens, if a struct's body follows.
pub(super) fn struct_name<'a>(head: &[Token<'a>]) -> Option<&'a str> {
    match without_attributes(head).as_slice() {
        [.., keyword, tag] if keyword.is_name("struct") && tag.kind == Kind::Name => Some(tag.text),
        _ => None,
    }
}
