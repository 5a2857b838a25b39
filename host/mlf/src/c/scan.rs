//! The top level of a C file: directives, struct types, static data, functions.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::{Cursor, bound, unexpected};
use super::declare::{Function, Variable, struct_name};
use super::entry::{self, EntryPoint, Mapping};
use super::initializer::{self, TensorInfos};
use super::lexer::{Kind, Token};
use super::touched::{Shared, Touched};
use crate::error::{Error, ErrorKind, Result};

/// Facts of one C file.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    /// Names in `#include` lines.
    pub includes: BTreeSet<&'a str>,
    /// `#define NAME value`, for names with the given beginning; values as written, with their line.
    pub macros: BTreeMap<&'a str, (&'a str, u32)>,
    /// A macro defined twice, with the line of the second.
    pub repeated_macros: Vec<(&'a str, u32)>,
    /// Members of each struct type, in order, with their line.
    pub structs: BTreeMap<&'a str, Vec<(&'a str, u32)>>,
    /// Arrays and structs with static storage, by name.
    pub statics: BTreeMap<&'a str, Static>,
    /// Functions and data with external linkage that this file defines.
    pub defined: BTreeSet<&'a str>,
    /// Number of parameters of each function that is declared or defined here.
    pub parameters: BTreeMap<&'a str, usize>,
    /// Names of the runtime's, an accelerator library's or an operator's functions that are called.
    pub called: BTreeSet<&'a str>,
    /// `<prefix>_run`, if this file defines it.
    pub run: Option<EntryPoint<'a>>,
    /// Body of `<prefix>_map_inputs`.
    pub map_inputs: Option<Vec<Mapping<'a>>>,
    /// Body of `<prefix>_map_outputs`.
    pub map_outputs: Option<Vec<Mapping<'a>>>,
    /// Contents of `kTvmgenMetadata`.
    pub metadata: TensorInfos<'a>,
    /// How many packed arguments a main function takes from its `args`, by function name.
    pub packed_arguments: BTreeMap<&'a str, usize>,
    /// For each main function the positions of parameters, or of packed arguments, whose memory it never touches.
    pub idle: BTreeMap<&'a str, BTreeSet<usize>>,
    /// Two variables of a main function that share an address while both are in use.
    pub shared: Option<Shared<'a>>,
    /// Functions with a parameter whose name is not a C identifier, with the line.
    pub odd_parameters: Vec<(&'a str, u32)>,
    /// Names of functions that are looked up in TVM's own runtime when the model runs.
    pub looked_up: BTreeSet<&'a str>,
    /// Line on which 16-bit floats are used, for which C has no type.
    pub half: Option<u32>,
    /// Line of a `switch (!status)`, which ignores a kernel's error.
    pub ignored_status: Option<u32>,
    /// Line of a function registry (`system-lib`).
    pub registry: Option<u32>,
}

/// Data with static storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Static {
    /// Size in bytes; `None` for an element type that is not known.
    pub size: Option<u64>,
    /// Alignment of the attribute, else 1.
    pub alignment: u64,
    pub constant: bool,
    /// True for a struct, which is how TVM writes constant pools.
    pub is_struct: bool,
}

/// Scans one file. `prefix` is the module's mangled name, `tvmgen_net`.
///
/// # Errors
/// C text that is unfinished, or the entry point in a form that TVM does not write; with the line.
pub(crate) fn scan<'a>(text: &'a str, prefix: &'a str, prefixes: &'a [&'a str]) -> Result<Facts<'a>> {
    let cursor = Cursor::new(text, prefixes);
    let mut scan = Scan { cursor, prefix, prefixes, facts: Facts::default(), linkage: 0 };
    while scan.item()? {}
    Ok(scan.facts)
}

struct Scan<'a> {
    cursor: Cursor<'a>,
    prefix: &'a str,
    /// Beginnings of names that are not C identifiers.
    prefixes: &'a [&'a str],
    facts: Facts<'a>,
    /// Open `extern "C" {`.
    linkage: usize,
}

impl<'a> Scan<'a> {
    /// One declaration, definition or directive; false at the end of the text.
    fn item(&mut self) -> Result<bool> {
        let mut head: Vec<Token<'a>> = Vec::new();
        let mut depth = 0u32;
        let mut body = None;
        loop {
            let Some(token) = self.cursor.next()? else {
                return match (head.first(), self.linkage) {
                    (None, 0) => Ok(false),
                    (Some(begun), _) => Err(unexpected(begun, "a whole declaration")),
                    (None, _) => self.cursor.need("'}'").map(|_| false),
                };
            };
            match token.text {
                _ if token.kind == Kind::Directive => {
                    self.directive(&token)?;
                    continue;
                }
                _ if token.kind != Kind::Punct => {}
                "(" => depth = depth.saturating_add(1),
                ")" => depth = depth.saturating_sub(1),
                "{" if depth == 0 && is_linkage(&head) => {
                    self.linkage += 1;
                    return Ok(true);
                }
                "}" if depth == 0 => {
                    let left = self.linkage.checked_sub(1).filter(|_| head.is_empty());
                    self.linkage = left.ok_or_else(|| unexpected(&token, "a declaration"))?;
                    return Ok(true);
                }
                "{" if depth == 0 => match struct_name(&head) {
                    Some(name) if body.is_none() => {
                        body = Some(self.struct_body(name)?);
                        continue;
                    }
                    _ => return self.function(&head).map(|()| true),
                },
                ";" if depth == 0 => return self.declaration(&head, body).map(|()| true),
                "=" if depth == 0 => return self.data(&head, body).map(|()| true),
                _ => {}
            }
            if head.last().is_some_and(|last| is_half(last.text, &token)) {
                self.facts.half.get_or_insert(token.line);
            }
            head.push(token);
            bound(head.len(), "tokens in one declaration", token.line)?;
        }
    }

    fn directive(&mut self, token: &Token<'a>) -> Result<()> {
        let text = token.text.trim_start();
        if let Some(rest) = text.strip_prefix("include") {
            let name = rest.trim().trim_matches(['"', '<', '>']);
            self.facts.includes.insert(name);
            return bound(self.facts.includes.len(), "included files", token.line);
        }
        let Some(rest) = text.strip_prefix("define") else {
            return Ok(());
        };
        let rest = rest.trim_start();
        // A module with the name `my net` has a blank in its macros' names.
        let odd = self.prefixes.iter().find(|prefix| rest.starts_with(**prefix)).map_or(0, |prefix| prefix.len());
        let end = rest[odd..].find(char::is_whitespace).map_or(rest.len(), |end| odd + end);
        let (name, value) = rest.split_at(end);
        if !name.starts_with("TVMGEN") {
            return Ok(());
        }
        if self.facts.macros.insert(name, (value.trim(), token.line)).is_some() {
            self.facts.repeated_macros.push((name, token.line));
        }
        bound(self.facts.macros.len() + self.facts.repeated_macros.len(), "macros", token.line)
    }

    /// Members of a struct type, after its opening brace; its size and alignment when used for data.
    fn struct_body(&mut self, name: &'a str) -> Result<(Option<u64>, u64)> {
        let mut members = Vec::new();
        let mut end = Some(0u64);
        let mut alignment = 1;
        loop {
            let mut tokens: Vec<Token<'a>> = Vec::new();
            let close = loop {
                let token = self.cursor.need("a struct's '}'")?;
                match token.kind {
                    Kind::Directive => return Err(unexpected(&token, "a struct's member")),
                    Kind::Punct if token.text == "}" => break token,
                    Kind::Punct if token.text == ";" => break token,
                    Kind::Punct if token.text == "{" => return Err(unexpected(&token, "';'")),
                    _ => tokens.push(token),
                }
                bound(tokens.len(), "tokens in one member", token.line)?;
            };
            if tokens.is_empty() && close.is("}") {
                break;
            }
            let Some(variable) = Variable::parse(&tokens, &self.cursor)? else {
                return Err(unexpected(&close, "a member's name"));
            };
            alignment = alignment.max(variable.alignment);
            end = end.and_then(|end| {
                let start = end.checked_next_multiple_of(variable.alignment)?;
                start.checked_add(variable.size?)
            });
            members.push((variable.name, close.line));
            bound(members.len(), "members in one struct", close.line)?;
            if close.is("}") {
                return Err(unexpected(&close, "';'"));
            }
        }
        self.facts.structs.insert(name, members);
        bound(self.facts.structs.len(), "struct types", 0)?;
        Ok((end, alignment))
    }

    /// Everything that ends in a semicolon without a value: prototypes, arrays, struct types.
    fn declaration(&mut self, head: &[Token<'a>], body: Option<(Option<u64>, u64)>) -> Result<()> {
        if let Some(function) = Function::parse(head) {
            self.declared(&function);
            return bound(self.facts.parameters.len(), "functions", 0);
        }
        self.variable(head, body)
    }

    fn declared(&mut self, function: &Function<'a>) {
        self.facts.parameters.insert(function.name, function.parameters);
        if let Some(line) = function.odd_parameter {
            self.facts.odd_parameters.push((function.name, line));
        }
    }

    /// Data with a value.
    fn data(&mut self, head: &[Token<'a>], body: Option<(Option<u64>, u64)>) -> Result<()> {
        let Some(first) = head.first() else {
            return Err(Error::new(ErrorKind::Source, "'=' without a name before it"));
        };
        let line = first.line;
        self.variable(head, body)?;
        let name = Variable::parse(head, &self.cursor)?.map(|v| v.name);
        match name {
            Some(name) if initializer::is_wanted(name) => {
                initializer::read(&mut self.cursor, name, &mut self.facts.metadata)?;
            }
            Some(name) if name == "_tvm_func_array" || name == "_tvm_func_registry" => {
                self.facts.registry.get_or_insert(line);
            }
            _ => {}
        }
        let mut depth = 0u32;
        loop {
            let token = self.cursor.need("';'")?;
            match token.text {
                _ if token.kind != Kind::Punct => {}
                "{" | "(" => depth = depth.saturating_add(1),
                "}" | ")" => depth = depth.saturating_sub(1),
                ";" if depth == 0 => return Ok(()),
                _ => {}
            }
        }
    }

    fn variable(&mut self, head: &[Token<'a>], body: Option<(Option<u64>, u64)>) -> Result<()> {
        let Some(variable) = Variable::parse(head, &self.cursor)? else {
            return Ok(());
        };
        let line = head.first().map_or(0, |t| t.line);
        let (size, alignment) = match body {
            Some((size, inner)) => (size, inner.max(variable.alignment)),
            None => (variable.size, variable.alignment),
        };
        let has = |name| head.iter().any(|t| t.is_name(name));
        if !has("static") && !has("extern") && !has("typedef") {
            self.facts.defined.insert(variable.name);
        }
        let found = Static { size, alignment, constant: has("const"), is_struct: body.is_some() };
        self.facts.statics.insert(variable.name, found);
        bound(self.facts.statics.len(), "variables", line)
    }

    /// A function's body, after its opening brace.
    fn function(&mut self, head: &[Token<'a>]) -> Result<()> {
        let Some(function) = Function::parse(head) else {
            return self.cursor.skip_to_close("{", "}", |_| Ok(()));
        };
        self.declared(&function);
        if !head.iter().any(|t| t.is_name("static")) {
            self.facts.defined.insert(function.name);
            bound(self.facts.defined.len(), "functions", function.line)?;
        }
        match function.name.strip_prefix(self.prefix) {
            Some("_run") => {
                let run = entry::entry_point(&mut self.cursor, self.prefix, &function)?;
                self.facts.run = Some(run);
                Ok(())
            }
            Some("_map_inputs") => {
                self.facts.map_inputs = Some(entry::mappings(&mut self.cursor)?);
                Ok(())
            }
            Some("_map_outputs") => {
                self.facts.map_outputs = Some(entry::mappings(&mut self.cursor)?);
                Ok(())
            }
            _ => self.operator(&function),
        }
    }

    /// An operator's or the main function's body: only its calls matter, and how it reads packed arguments.
    fn operator(&mut self, function: &Function<'a>) -> Result<()> {
        if function.name == "TVMSystemLibEntryPoint" {
            self.facts.registry.get_or_insert(function.line);
        }
        let Facts { called, ignored_status, packed_arguments, looked_up, half, .. } = &mut self.facts;
        let mut last: [&str; 3] = [""; 3];
        let mut arguments = 0usize;
        let mut touched = entry::is_main(function.name).then(|| Touched::new(&function.words));
        let mut lookup = false;
        self.cursor.skip_to_close("{", "}", |token| {
            match token.text {
                "(" if is_library_name(last[2]) => {
                    called.insert(last[2]);
                    lookup = last[2] == "TVMBackendGetFuncFromEnv";
                    bound(called.len(), "called functions", token.line)?;
                }
                "!" if last[1] == "switch" && last[2] == "(" => {
                    ignored_status.get_or_insert(token.line);
                }
                text if token.kind == Kind::Number && last == ["args", ")", "["] => {
                    let index = super::lexer::integer(text).and_then(|n| usize::try_from(n).ok());
                    arguments = arguments.max(index.unwrap_or(0).saturating_add(1));
                }
                text if token.kind == Kind::String && lookup => {
                    looked_up.insert(text);
                    lookup = false;
                    bound(looked_up.len(), "functions looked up", token.line)?;
                }
                _ => {}
            }
            if is_half(last[2], token) {
                half.get_or_insert(token.line);
            }
            if let Some(touched) = &mut touched {
                touched.token(token);
            }
            last = [last[1], last[2], token.text];
            Ok(())
        })?;
        if arguments > 0 {
            packed_arguments.insert(function.name, arguments);
        }
        if let Some(touched) = touched {
            self.facts.idle.insert(function.name, touched.idle());
            self.facts.shared = self.facts.shared.or(touched.shared());
        }
        Ok(())
    }
}

/// True if `half` is a type: a declaration or a cast follows it. A tensor may also have that name.
fn is_half(last: &str, token: &Token<'_>) -> bool {
    last == "half" && (token.is("*") || token.kind == Kind::Name)
}

fn is_linkage(head: &[Token<'_>]) -> bool {
    matches!(head, [name, string] if name.is_name("extern") && string.kind == Kind::String)
}

/// External functions of generated code. Names that begin with `TVMK_` are macros of our own kernels, which are in the archive.
fn is_library_name(name: &str) -> bool {
    name.starts_with("TVM") && !name.starts_with("TVMK_") || name.starts_with("arm_") || name.starts_with("ethosu_")
}
