//! After `import`: custom operators get the functions that the user names for them.

use crate::ir::graph::{Custom, Graph, OpKind};
use crate::ir::options::CustomOperator;
use crate::ir::problem::{Errors, Problem};
use crate::ops::custom::Called;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Maximum scratch memory of a function.
const MAX_SCRATCH: usize = 1 << 30;

/// Gives each custom operator its function.
///
/// # Errors
/// Functions for operators that the model does not have, given twice, or that can't be called.
pub fn bind(graph: &mut Graph, functions: &[CustomOperator]) -> Result<(), Errors> {
    let mut problems = Vec::new();
    for (i, by) in functions.iter().enumerate() {
        problems.extend(misuse(by));
        if functions[..i].iter().any(|other| other.name == by.name) {
            problems.push(Problem::file(format!("two functions for the custom operator {:?}", by.name), "one"));
        }
    }
    let mut open = BTreeSet::new();
    for op in graph.subgraphs.iter_mut().flat_map(|graph| &mut graph.operators) {
        if let Some(custom) = op.options::<Custom>().filter(|_| op.kind == OpKind::CUSTOM) {
            open.insert(custom.name.clone());
            if let Some(by) = functions.iter().find(|by| by.name == custom.name) {
                op.options = Arc::new(Called { custom: custom.clone(), by: by.clone() });
            }
        }
    }
    for by in functions.iter().filter(|by| !open.contains(&by.name)) {
        let found = format!("a function for the custom operator {:?}, which the model does not ask for", by.name);
        let names: Vec<String> = open.iter().map(|name| format!("{name:?}")).collect();
        let supported = if names.is_empty() { "no such function".to_owned() } else { names.join(", ") };
        problems.push(Problem::file(found, supported));
    }
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// What is wrong with a function's names: they are written to C unchanged.
fn misuse(by: &CustomOperator) -> Option<Problem> {
    let is_name = |text: &str| {
        let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        first && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && text.len() <= 128
    };
    let is_path = |c: char| c.is_ascii_alphanumeric() || "_-./+".contains(c);
    if !is_name(&by.function) || by.function.starts_with("tvmk_") {
        return Some(Problem::file(format!("the function name {:?}", by.function), "a C identifier of your own"));
    }
    if by.header.is_empty() || by.header.len() > 255 || !by.header.chars().all(is_path) {
        let supported = "a file name of letters, digits and _ - . / +";
        return Some(Problem::file(format!("the header {:?}", by.header), supported));
    }
    let large = by.scratch > MAX_SCRATCH;
    large.then(|| Problem::file(format!("{} bytes of scratch memory", by.scratch), format!("up to {MAX_SCRATCH}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{Operator, Subgraph};

    fn graph(name: &str) -> Graph {
        let options = Arc::new(Custom { name: name.to_owned(), options: Vec::new() });
        let op = Operator { index: 0, kind: OpKind::CUSTOM, version: 1, options, inputs: vec![], outputs: vec![] };
        let main = Subgraph { operators: vec![op], ..Subgraph::default() };
        Graph { subgraphs: vec![main], ..Graph::default() }
    }

    fn function(name: &str, header: &str, function: &str) -> CustomOperator {
        CustomOperator { name: name.into(), header: header.into(), function: function.into(), scratch: 0 }
    }

    #[test]
    fn an_operator_gets_its_function() {
        let mut graph = graph("Mine");
        bind(&mut graph, &[function("Mine", "mine.h", "mine")]).unwrap();
        let called = graph.subgraphs[0].operators[0].options::<Called>().unwrap();
        assert_eq!((called.by.function.as_str(), called.custom.name.as_str()), ("mine", "Mine"));
    }

    #[test]
    fn misuse_is_refused() {
        for (functions, expected) in [
            (vec![function("Other", "a.h", "f")], "which the model does not ask for (supported: \"Mine\")"),
            (vec![function("Mine", "a.h", "f"), function("Mine", "b.h", "g")], "two functions for"),
            (vec![function("Mine", "a\"\n.h", "f")], "the header"),
            (vec![function("Mine", "a.h", "f()")], "a C identifier of your own"),
            (vec![function("Mine", "a.h", "tvmk_conv_2d")], "a C identifier of your own"),
        ] {
            let errors = bind(&mut graph("Mine"), &functions).unwrap_err().to_string();
            assert!(errors.contains(expected), "{errors}");
        }
    }
}
