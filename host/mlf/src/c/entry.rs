//! The functions of `lib0` around the model: `_run` and the two that map tensors into a pool.

use std::fmt;

use super::cursor::{Cursor, bound, number, unexpected};
use super::declare::Function;
use super::lexer::{Kind, Token};
use crate::error::{Error, ErrorKind, Result};

/// The argument for one parameter of the main function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument<'a> {
    /// `inputs->name`
    Input(&'a str),
    /// `outputs->name`
    Output(&'a str),
    /// `workspace_pools->name`
    Pool(&'a str),
    /// `devices->name`
    Device(&'a str),
    /// `&name`, static data of the same file.
    Static(&'a str),
    /// The data of packed argument number N, inputs first, then outputs.
    Packed(usize),
}

impl fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Argument::Input(name) => write!(f, "input '{name}'"),
            Argument::Output(name) => write!(f, "output '{name}'"),
            Argument::Pool(name) => write!(f, "pool '{name}'"),
            Argument::Device(name) => write!(f, "device '{name}'"),
            Argument::Static(name) => write!(f, "'{name}'"),
            Argument::Packed(index) => write!(f, "args[{index}]"),
        }
    }
}

/// `<prefix>_run` as defined.
#[derive(Debug)]
pub(crate) struct EntryPoint<'a> {
    pub main: &'a str,
    /// True when the main function takes `TVMValue`s.
    pub packed_main: bool,
    pub arguments: Vec<Argument<'a>>,
    /// True when a pool's address is passed without a cast, although a `uint8_t*` is expected.
    pub uncast_pools: bool,
    /// True when `_run` itself takes `args`.
    pub packed: bool,
    pub line: u32,
}

/// `.field = &((uint8_t*)workspace_pools->pool)[offset]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping<'a> {
    pub field: &'a str,
    pub pool: &'a str,
    pub offset: u64,
    pub line: u32,
}

/// Names of the main function: since 0.9, and in 0.8.
const MAINS: [&str; 2] = ["___tvm_main__", "_run_model"];

/// True for the name of a model's main function.
pub(super) fn is_main(name: &str) -> bool {
    MAINS.iter().any(|main| name.ends_with(main))
}

/// The prefix of every generated symbol.
const TVMGEN: &str = "tvmgen_";

/// Reads the body of `_run`, whose opening brace is already read.
pub(crate) fn entry_point<'a>(
    cursor: &mut Cursor<'a>,
    prefix: &str,
    function: &Function<'a>,
) -> Result<EntryPoint<'a>> {
    let mut body = Vec::new();
    cursor.skip_to_close("{", "}", |token| {
        body.push(*token);
        bound(body.len(), "tokens in the entry point", token.line)
    })?;
    // Releases differ in how they clean up unusual module names here, so only both ends of the name are compared.
    let start = prefix.get(..TVMGEN.len()).unwrap_or(prefix);
    let is_call = |t: &Token<'_>| t.kind == Kind::Name && t.text.starts_with(start) && is_main(t.text);
    let Some(at) = body.iter().position(is_call) else {
        return Err(Error::new(
            ErrorKind::Source,
            format!("'{}' does not call the model's main function", function.name),
        )
        .at_line(function.line));
    };
    let groups = arguments(&body[at + 1..])?;
    let packed_main = groups.len() == 6 && groups.last().is_some_and(|g| is_lone(g, "resource_handle"));
    let found = if packed_main {
        packed_tensors(&body[..at])?
    } else {
        let parse = |group: &&[Token<'a>]| argument(cursor, group, function.line);
        groups.iter().map(parse).collect::<Result<_>>()?
    };
    let uncast = |g: &&[Token<'_>]| g.first().is_some_and(|t| t.is("&"));
    Ok(EntryPoint {
        main: body[at].text,
        uncast_pools: !packed_main && groups.iter().any(uncast),
        packed_main,
        arguments: found,
        packed: packed_main || function.parameters == 6 && uses_args(&body),
        line: function.line,
    })
}

/// Splits `( a , b , … )` at its outer commas.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>]) -> Result<Vec<&'t [Token<'a>]>> {
    let Some(open) = tokens.first().filter(|t| t.is("(")) else {
        let line = tokens.first().map_or(1, |t| t.line);
        return Err(Error::new(ErrorKind::Source, "the main function is named but not called").at_line(line));
    };
    let mut groups = Vec::new();
    let mut depth = 0usize;
    let mut start = 1;
    for (i, token) in tokens.iter().enumerate() {
        match token.text {
            _ if token.kind != Kind::Punct => {}
            "(" | "[" => depth += 1,
            "]" => depth = depth.saturating_sub(1),
            ")" if depth == 1 => {
                if i > start || !groups.is_empty() {
                    groups.push(&tokens[start..i]);
                }
                return Ok(groups);
            }
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 1 => {
                groups.push(&tokens[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    Err(unexpected(open, "a whole call"))
}

fn argument<'a>(cursor: &Cursor<'a>, tokens: &[Token<'a>], line: u32) -> Result<Argument<'a>> {
    let line = tokens.first().map_or(line, |t| t.line);
    let unclear = || Error::new(ErrorKind::Source, "unknown form of an argument of the main function").at_line(line);
    // Since 0.15 some are cast: `((uint8_t*)workspace_pools->sram)`.
    let arrow = tokens.windows(3).position(|w| w[0].kind == Kind::Name && w[1].is("-") && w[2].is(">"));
    if let Some(at) = arrow {
        let name = &tokens[at + 3..];
        let closed = name.iter().rposition(|t| !t.is(")")).map_or(0, |last| last + 1);
        let [first, ..] = &name[..closed] else {
            return Err(unclear());
        };
        let last = name[closed - 1];
        let name = cursor.slice(first.start, last.start + last.text.len());
        return match tokens[at].text {
            "inputs" => Ok(Argument::Input(name)),
            "outputs" => Ok(Argument::Output(name)),
            "workspace_pools" => Ok(Argument::Pool(name)),
            "devices" => Ok(Argument::Device(name)),
            _ => Err(unclear()),
        };
    }
    for window in tokens.windows(4) {
        if window[0].is_name("args") && window[1].is(")") && window[2].is("[") {
            let index = usize::try_from(number(&window[3])?).map_err(|_| unclear())?;
            return Ok(Argument::Packed(index));
        }
    }
    for window in tokens.windows(2) {
        if window[0].is("&") && window[1].kind == Kind::Name {
            return Ok(Argument::Static(window[1].text));
        }
    }
    Err(unclear())
}

/// `tensors[N] = …;` before a call with packed arguments.
fn packed_tensors<'a>(body: &[Token<'a>]) -> Result<Vec<Argument<'a>>> {
    let mut found = Vec::new();
    for statement in body.split(|t| t.is(";")) {
        let Some(at) = statement.iter().position(|t| t.is("=")) else {
            continue;
        };
        let (target, value) = statement.split_at(at);
        let [.., name, open, index, close] = target else {
            continue;
        };
        if !(name.is_name("tensors") && open.is("[") && close.is("]")) {
            continue;
        }
        if number(index)? != found.len() as u64 {
            return Err(unexpected(index, &format!("index {}", found.len())));
        }
        let source = match value {
            [_, lone] if lone.kind == Kind::Name => {
                let name = lone.text.strip_suffix("_tvm_value");
                Argument::Static(name.ok_or_else(|| unexpected(lone, "a tensor's value"))?)
            }
            [.., args, paren, open, n, _] if args.is_name("args") && paren.is(")") && open.is("[") => {
                let n = usize::try_from(number(n)?).unwrap_or(usize::MAX);
                Argument::Packed(n)
            }
            _ => return Err(unexpected(index, "a known value for this tensor")),
        };
        found.push(source);
    }
    Ok(found)
}

fn is_lone(tokens: &[Token<'_>], name: &str) -> bool {
    matches!(tokens, [t] if t.is_name(name))
}

fn uses_args(body: &[Token<'_>]) -> bool {
    body.iter().any(|t| t.is_name("args"))
}

/// Reads the body of a map function, whose opening brace is already read.
pub(crate) fn mappings<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<Mapping<'a>>> {
    let mut body: Vec<Token<'a>> = Vec::new();
    cursor.skip_to_close("{", "}", |token| {
        body.push(*token);
        bound(body.len(), "tokens in a map function", token.line)
    })?;
    let mut found = Vec::new();
    // `.field = & ( ( uint8_t * ) workspace_pools - > pool ) [ offset ]`, entries of one initialiser as TVM writes them,
    // or separate statements.
    for entry in body.split(|t| t.is(",") || t.is(";")) {
        let Some(dot) = entry.iter().position(|t| t.is(".")) else {
            continue;
        };
        let entry = &entry[dot..];
        let find = |from: usize, text: &str| {
            let tail = entry.get(from..).unwrap_or_default();
            tail.iter().position(|t| t.is(text)).map(|i| i + from)
        };
        let parts = find(0, "=").and_then(|equals| {
            let arrow = find(equals, ">")?;
            let close = find(arrow, ")")?;
            Some((equals, arrow, close))
        });
        let Some((equals, arrow, close)) = parts else {
            return Err(unexpected(&entry[0], "a tensor's place in a pool"));
        };
        let text = |from: usize, to: usize| match entry.get(from..to) {
            Some([first, .., last]) => cursor.slice(first.start, last.start + last.text.len()),
            Some([one]) => one.text,
            _ => "",
        };
        let (Some(open), Some(offset)) = (entry.get(close + 1), entry.get(close + 2)) else {
            return Err(unexpected(&entry[0], "a tensor's place in a pool"));
        };
        if !open.is("[") {
            return Err(unexpected(open, "'['"));
        }
        found.push(Mapping {
            field: text(1, equals),
            pool: text(arrow + 1, close),
            offset: number(offset)?,
            line: entry[0].line,
        });
    }
    Ok(found)
}
