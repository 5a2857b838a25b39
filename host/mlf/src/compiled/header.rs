//! TVM's C header of a model: names, sizes, and what a vendor's compiler writes into its comments.

use crate::c::{Facts, lexer, scan};
use crate::error::{Error, ErrorKind, Result};
use crate::model::dtype::DType;

/// What the header says.
pub(super) struct Header<'a> {
    /// `tvmgen_<name>`.
    pub prefix: &'a str,
    pub facts: Facts<'a>,
    /// Inputs and outputs of the comment that lists them, if there is one.
    pub listed: Option<[Vec<Listed>; 2]>,
}

/// A tensor of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub dtype: DType,
    /// `None` if a dimension is not a number.
    pub shape: Option<Vec<i64>>,
}

/// The structs that the entry point takes, in their order.
pub(super) const STRUCTS: [&str; 4] = ["inputs", "outputs", "workspace_pools", "devices"];

impl<'a> Header<'a> {
    pub fn read(text: &'a str) -> Result<Self> {
        let facts = scan(text, "", &[])?;
        let has = |name: &str, what: &str| facts.structs.contains_key(format!("{name}_{what}").as_str());
        let mut found = facts.parameters.keys().filter_map(|name| {
            let prefix = name.strip_suffix("_run")?;
            STRUCTS.iter().any(|what| has(prefix, what)).then_some(prefix)
        });
        let Some(prefix) = found.next() else {
            let text = "declares no function 'tvmgen_<name>_run' with its structs 'tvmgen_<name>_inputs' and so on";
            return Err(Error::new(ErrorKind::Unsupported, text).advise(
                "give the header that TVM writes with --executor=aot --executor-aot-interface-api=c, as the compiler left it",
            ));
        };
        if let Some(second) = found.next() {
            let text = format!("declares both '{prefix}_run' and '{second}_run'");
            return Err(Error::new(ErrorKind::Unsupported, text).advise("give the header of one model"));
        }
        drop(found);
        let header = Header { prefix, facts, listed: listed(text) };
        header.check_run()?;
        Ok(header)
    }

    /// The model's name as the header spells it.
    pub fn name(&self) -> &'a str {
        self.prefix.strip_prefix("tvmgen_").unwrap_or(self.prefix)
    }

    /// Members of a struct, with their lines.
    pub fn members(&self, what: &str) -> &[(&'a str, u32)] {
        self.facts.structs.get(format!("{}_{what}", self.prefix).as_str()).map_or(&[], Vec::as_slice)
    }

    /// True when the entry point takes a struct.
    pub fn takes(&self, what: &str) -> bool {
        !self.members(what).is_empty() && (!self.has_places() || !matches!(what, "inputs" | "outputs"))
    }

    /// True when inputs and outputs have places in the pools, which two functions of the model know.
    pub fn has_places(&self) -> bool {
        ["inputs", "outputs"].iter().any(|what| self.declares(&format!("{}_map_{what}", self.prefix)))
    }

    pub fn declares(&self, function: &str) -> bool {
        self.facts.parameters.contains_key(function)
    }

    /// A macro with a size, `<PREFIX>_<name>`; `None` if it is absent, or defined twice.
    pub fn size(&self, name: &str) -> Result<Option<u64>> {
        let Some((macro_name, value, line)) = self.text_of(name) else {
            return Ok(None);
        };
        match lexer::integer(value) {
            Some(size) => Ok(Some(size)),
            None => Err(error(format!("{macro_name} is not an integer: '{value}'")).at_line(line)),
        }
    }

    /// Name, value and line of a macro.
    pub fn text_of(&self, name: &str) -> Option<(String, &'a str, u32)> {
        let name = format!("{}_{}", self.prefix, name).to_ascii_uppercase();
        let twice = self.facts.repeated_macros.iter().any(|(repeated, _)| *repeated == name);
        let (value, line) = *self.facts.macros.get(name.as_str()).filter(|_| !twice)?;
        Some((name, value, line))
    }

    /// The entry point must take one pointer for each struct, as TVM's does.
    fn check_run(&self) -> Result<()> {
        let run = format!("{}_run", self.prefix);
        let given = self.facts.parameters.get(run.as_str()).copied().unwrap_or_default();
        let structs: Vec<&str> = STRUCTS.into_iter().filter(|what| self.takes(what)).collect();
        if given == structs.len() {
            return Ok(());
        }
        let text = format!(
            "'{run}' takes {given} parameters, but the header has {} structs for it ({})",
            structs.len(),
            structs.join(", ")
        );
        Err(error(text).advise("only the C interface of TVM is supported: one pointer for each struct"))
    }
}

pub(super) fn error(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Source, text)
}

/// The comment of TI's compiler: `Inputs:`, then `Tensor[(1, 3, 128, 1), int8]` for each, and the same for outputs.
fn listed(text: &str) -> Option<[Vec<Listed>; 2]> {
    let (mut found, mut side, mut any) = ([Vec::new(), Vec::new()], None, false);
    for line in text.lines() {
        let words = line.trim_start_matches(|c: char| c.is_whitespace() || c == '*' || c == '/').trim_end();
        match words {
            "Inputs:" => side = Some(0),
            "Outputs:" => side = Some(1),
            _ if line.contains("*/") => side = None,
            _ => {
                if let (Some(side), Some(tensor)) = (side, tensor(words)) {
                    found[side].push(tensor);
                    any = true;
                }
            }
        }
    }
    any.then_some(found)
}

/// `Tensor[(1, 6), float32]`
fn tensor(words: &str) -> Option<Listed> {
    let (shape, dtype) = words.strip_prefix("Tensor[(")?.strip_suffix(']')?.split_once("), ")?;
    let dimensions = shape.split(',').map(str::trim).filter(|dimension| !dimension.is_empty());
    Some(Listed { dtype: DType::parse(dtype.trim())?, shape: dimensions.map(|n| n.parse().ok()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_lists_types_and_shapes() {
        let text = "/* The model:\n * Inputs:\n *    Tensor[(1, 3, 128, 1), float32]\n * Outputs:\n *    Tensor[(1, 6), int8]\n \
                    *    Tensor[(), int32]\n *    Tensor[(?, 6), int8]\n *    Tensor[(1), half]\n */\n * Tensor[(9,), int8]\n";
        let one = |dtype: &str, shape: Option<&[i64]>| Listed {
            dtype: DType::parse(dtype).expect("a type"),
            shape: shape.map(<[i64]>::to_vec),
        };
        let outputs = vec![one("int8", Some(&[1, 6])), one("int32", Some(&[])), one("int8", None)];
        assert_eq!(listed(text), Some([vec![one("float32", Some(&[1, 3, 128, 1]))], outputs]));
        assert_eq!(listed("/* Inputs: */"), None);
    }
}
