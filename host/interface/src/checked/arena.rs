//! How much memory a model without planned memory allocates at run time.
//!
//! The archive's own figure counts too little for some code generators and too much for most operators, so the calls
//! themselves are read: how much each function allocates and frees, and which functions it calls.

use crate::error::{Error, Result};
use crate::text::shown;
use std::collections::{HashMap, HashSet};
use tvm_embedded_mlf::Module;

const ALLOCATE: &str = "TVMBackendAllocWorkspace";
const FREE: &str = "TVMBackendFreeWorkspace";

/// The memory operations of a function, in the order of its text.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Allocate(&'a str, u64),
    Free(&'a str),
    Call(&'a str),
}

/// The most bytes that the main function has in use at a time, each block rounded up to the alignment.
pub fn peak(module: &Module, texts: &[&str]) -> Result<u64> {
    let mut functions: HashMap<&str, Vec<Step<'_>>> = HashMap::new();
    let bodies: Vec<(&str, Vec<&str>)> = texts.iter().flat_map(|text| bodies(text)).collect();
    let names: HashSet<&str> = bodies.iter().map(|(name, _)| *name).collect();
    for (name, body) in &bodies {
        let known = |called: &str| names.contains(called);
        functions.insert(name, steps(module, body, known)?);
    }
    let mut memo = HashMap::new();
    let mut walk = Walk { module, functions: &functions, memo: &mut memo, active: Vec::new() };
    walk.peak(&module.main_symbol)
}

/// Limit for the depth of calls; TVM's operators call only each other and the runtime.
const DEEPEST: usize = 64;

struct Walk<'a, 'f> {
    module: &'a Module,
    functions: &'f HashMap<&'f str, Vec<Step<'f>>>,
    memo: &'a mut HashMap<String, u64>,
    active: Vec<String>,
}

impl Walk<'_, '_> {
    fn peak(&mut self, name: &str) -> Result<u64> {
        if let Some(&known) = self.memo.get(name) {
            return Ok(known);
        }
        if self.active.iter().any(|a| a == name) {
            return Err(self.unsupported(format!("'{}' calls itself", shown(name))));
        }
        if self.active.len() > DEEPEST {
            return Err(self.unsupported(format!("'{}' is called more than {DEEPEST} calls deep", shown(name))));
        }
        self.active.push(name.to_owned());
        let mut live: Vec<(&str, u64)> = Vec::new();
        let mut peak = 0u64;
        for step in self.functions.get(name).map_or(&[][..], Vec::as_slice) {
            let used: u64 = live.iter().fold(0, |sum, (_, size)| sum.saturating_add(*size));
            match step {
                Step::Allocate(variable, size) => {
                    let rounded = size.checked_next_multiple_of(self.module.workspace_alignment).unwrap_or(u64::MAX);
                    live.push((variable, rounded));
                    peak = peak.max(used.saturating_add(rounded));
                }
                Step::Free(variable) => match live.last() {
                    Some((last, _)) if last == variable => {
                        live.pop();
                    }
                    _ => {
                        let text = format!("'{}' frees '{}' before a later block", shown(name), shown(variable));
                        return Err(self.unsupported(text));
                    }
                },
                Step::Call(called) => peak = peak.max(used.saturating_add(self.peak(called)?)),
            }
        }
        self.active.pop();
        self.memo.insert(name.to_owned(), peak);
        Ok(peak)
    }

    fn unsupported(&self, what: String) -> Error {
        let what = format!("{what}: how much memory it needs at run time is not known; build the model with USMP");
        Error::Unsupported { module: shown(&self.module.name), what }
    }
}

/// The steps of one function.
fn steps<'a>(module: &Module, body: &[&'a str], known: impl Fn(&str) -> bool) -> Result<Vec<Step<'a>>> {
    let mut found = Vec::new();
    for (i, token) in body.iter().enumerate() {
        let rest = &body[i + 1..];
        if *token == ALLOCATE {
            let variable = i.checked_sub(2).and_then(|at| body.get(at)).copied().unwrap_or_default();
            let size = match arguments(rest).get(2) {
                // `(uint64_t)32`
                Some([.., number]) => literal(number),
                _ => None,
            };
            let Some(size) = size else {
                return Err(Error::Unsupported {
                    module: shown(&module.name),
                    what: format!(
                        "the size of '{}' is not known before the run; build the model with static shapes",
                        shown(variable)
                    ),
                });
            };
            found.push(Step::Allocate(variable, size));
        } else if *token == FREE {
            let variable = arguments(rest).get(2).and_then(|group| group.last()).copied();
            found.push(Step::Free(variable.unwrap_or_default()));
        } else if known(token) {
            found.push(Step::Call(token));
        }
    }
    Ok(found)
}

/// Tokens of each argument of a call, of which the name is read.
fn arguments<'t, 'a>(tokens: &'t [&'a str]) -> Vec<&'t [&'a str]> {
    let mut groups = Vec::new();
    let (mut depth, mut start) = (0usize, 1);
    for (i, token) in tokens.iter().enumerate() {
        match *token {
            "(" => depth += 1,
            ")" if depth <= 1 => {
                groups.push(tokens.get(start..i).unwrap_or_default());
                break;
            }
            ")" => depth -= 1,
            "," if depth == 1 => {
                groups.push(tokens.get(start..i).unwrap_or_default());
                start = i + 1;
            }
            _ => {}
        }
    }
    groups
}

fn literal(text: &str) -> Option<u64> {
    text.trim_end_matches(['u', 'U', 'l', 'L']).parse().ok()
}

/// Name and tokens of each function defined in a text.
fn bodies(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let tokens = tokens(text);
    let mut at = 0;
    // The last name before an opening parenthesis outside all brackets.
    let mut name = "";
    while at < tokens.len() {
        match tokens[at] {
            "(" => {
                name = at.checked_sub(1).map_or("", |before| tokens[before]);
                at = closing(&tokens, at, "(", ")");
            }
            "{" if at > 0 && tokens[at - 1] == ")" => {
                let end = closing(&tokens, at, "{", "}");
                found.push((name, tokens[at + 1..end.min(tokens.len())].to_vec()));
                at = end;
            }
            // `extern "C" {`, whose string is not a token, encloses functions; other braces are data.
            "{" if at > 0 && tokens[at - 1] == "extern" => {}
            "{" => at = closing(&tokens, at, "{", "}"),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Index of the bracket that closes the one at `at`; the end, if there is none.
fn closing(tokens: &[&str], at: usize, open: &str, close: &str) -> usize {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        if *token == open {
            depth += 1;
        } else if *token == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return i;
            }
        }
    }
    tokens.len()
}

/// Words and brackets of C text, without comments, directives, strings and other punctuation but `,` and `=`.
fn tokens(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let until = |from: usize, stop: &str| text.get(from..).and_then(|t| t.find(stop)).map_or(bytes.len(), |i| from + i);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = until(at, "\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = until(at + 2, "*/").saturating_add(2),
            b'#' => at = until(at, "\n"),
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b if word(b) => {
                let start = at;
                while at < bytes.len() && word(bytes[at]) {
                    at += 1;
                }
                found.push(&text[start..at]);
            }
            b'(' | b')' | b'{' | b'}' | b',' | b'=' => {
                found.push(&text[at..at + 1]);
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_functions_only() {
        let text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\nstatic const int8_t __attribute__((section(\".x\"))) c[2] = { 1, 2 };\n\
                    TVM_DLL int32_t f(void* a) { void* s = TVMBackendAllocWorkspace(1, 0, (uint64_t)32, 0, 8); // }\n g(s); }\n\
                    struct s { int x; };\nint32_t g(void) { return 0; }\n#ifdef __cplusplus\n}\n#endif\n;";
        let found = bodies(text);
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["f", "g"]);
    }

    #[test]
    fn incomplete_text_does_not_panic() {
        let text = "int f(void) { void* s = TVMBackendAllocWorkspace(1, 0, (uint64_t)32, 0, 8); \"\\\" /* é */ }";
        for (end, _) in text.char_indices() {
            let _ = bodies(&text[..end]);
        }
    }
}
