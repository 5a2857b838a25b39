//! How the variables of a model and of the subgraph that gives them their first contents are connected.

use crate::ir::graph::*;
use crate::ir::problem::{MAX_PROBLEMS, Problem};
use crate::ops::checker::Checker;
use crate::ops::variable::{Call, Name};
use std::collections::HashMap;

/// Largest variable, in bytes.
const MAX_VARIABLE: usize = 1 << 24;

/// A variable's identity: container and shared name.
pub type Key<'a> = (&'a str, &'a str);

/// Which tensors of a subgraph are handles of which variables.
pub fn handles(graph: &Subgraph) -> HashMap<TensorId, Key<'_>> {
    let mut handles = HashMap::new();
    for op in graph.operators.iter().filter(|op| op.kind == OpKind::VAR_HANDLE) {
        if let (Some(name), Some(&output)) = (op.options::<Name>(), op.outputs.first()) {
            handles.insert(output, (name.container.as_str(), name.shared_name.as_str()));
        }
    }
    handles
}

/// The variable and the tensor that carries its contents, for an operator that reads or assigns one.
pub fn access<'a>(handles: &HashMap<TensorId, Key<'a>>, op: &Operator) -> Option<(Key<'a>, TensorId)> {
    let value = match op.kind {
        OpKind::READ_VARIABLE => op.outputs.first().copied(),
        OpKind::ASSIGN_VARIABLE => op.inputs.get(1).copied().flatten(),
        _ => None,
    }?;
    let handle = op.inputs.first().copied().flatten()?;
    Some((*handles.get(&handle)?, value))
}

/// Checks that variables are used in a supported way.
pub fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<Key<'_>, &Tensor> = HashMap::new();
    for (i, subgraph) in graph.subgraphs.iter().enumerate() {
        let called = i > 0 && init_subgraphs(graph).any(|init| init == i);
        if i > 0 && !called {
            continue;
        }
        let handles = handles(subgraph);
        let mut used = None;
        for op in &subgraph.operators {
            if problems.len() >= MAX_PROBLEMS {
                return;
            }
            if let (0, Some((key, _))) = (i, access(&handles, op)) {
                used = used.or(Some(key.1));
            }
            let mut checker = Checker::new(subgraph, op);
            match op.kind {
                OpKind::VAR_HANDLE if op.options::<Name>().is_none() => {
                    checker.bad("no name of a variable", "VAR_HANDLE with its options");
                }
                OpKind::VAR_HANDLE => check_handle(&mut checker),
                OpKind::READ_VARIABLE | OpKind::ASSIGN_VARIABLE => match access(&handles, op) {
                    Some((key, value)) => {
                        let first = seen.entry(key).or_insert(subgraph.tensor(value));
                        check_access(&mut checker, key, value, first, called);
                    }
                    None => checker.bad("a variable without a handle", "the output of a VAR_HANDLE"),
                },
                OpKind::CALL_ONCE if i == 0 => match op.options::<Call>() {
                    Some(_) if used.is_some() => {
                        let found = format!("first contents after variable {:?} was used", used.unwrap_or_default());
                        checker.bad(found, "CALL_ONCE before every READ_VARIABLE and ASSIGN_VARIABLE");
                    }
                    Some(call) if (1..graph.subgraphs.len() as i64).contains(&call.subgraph.into()) => {}
                    _ => checker.bad("a call of a subgraph that does not exist", "an index of the file's subgraphs"),
                },
                _ if called => {
                    let found = format!("{} in the subgraph {:?} of CALL_ONCE", op.kind, subgraph.name);
                    checker.bad(found, "VAR_HANDLE and ASSIGN_VARIABLE of constants");
                }
                _ => {}
            }
            problems.append(&mut checker.problems);
        }
    }
}

/// Checks that a handle holds only the variable's name.
fn check_handle(checker: &mut Checker<'_>) {
    if let Some(&output) = checker.op.outputs.first() {
        let dtype = checker.graph.tensor(output).dtype;
        if dtype != DType::Resource {
            checker.bad_tensor(output, format!("a handle of type {dtype}"), "handles of type resource");
        }
    }
}

/// Checks a read or an assignment of a variable whose first one is `first`; `called` in a subgraph of CALL_ONCE.
fn check_access(checker: &mut Checker<'_>, key: Key<'_>, value: TensorId, first: &Tensor, called: bool) {
    let tensor = checker.graph.tensor(value);
    if !(1..=MAX_VARIABLE).contains(&tensor.bytes()) {
        let found = format!("{} of shape {:?}", tensor.dtype, tensor.shape);
        checker.bad_tensor(value, found, format!("1 to {MAX_VARIABLE} bytes"));
    }
    if (first.dtype, &first.shape) != (tensor.dtype, &tensor.shape) {
        let found = format!("variable {:?} as {} of shape {:?}", key.1, tensor.dtype, tensor.shape);
        checker.bad_tensor(value, found, format!("{} of shape {:?} as elsewhere", first.dtype, first.shape));
    }
    if called && !tensor.is_constant() {
        checker.bad_tensor(value, "first contents that are computed", "constants");
    }
}

/// The subgraphs that CALL_ONCE calls.
pub fn init_subgraphs(graph: &Graph) -> impl Iterator<Item = usize> {
    graph
        .subgraphs
        .iter()
        .take(1)
        .flat_map(|main| &main.operators)
        .filter_map(|op| usize::try_from(op.options::<Call>()?.subgraph).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// The problems of a graph whose only operator is a VAR_HANDLE that writes a tensor of this type.
    fn problems(dtype: DType) -> Vec<String> {
        let name = Name { container: String::new(), shared_name: "ring".into() };
        let operator = Operator {
            index: 0,
            kind: OpKind::VAR_HANDLE,
            version: 1,
            options: Arc::new(name),
            inputs: vec![],
            outputs: vec![TensorId(0)],
        };
        let tensors = vec![Tensor { dtype, ..Tensor::default() }];
        let graph = Graph {
            subgraphs: vec![Subgraph { tensors, operators: vec![operator], ..Subgraph::default() }],
            ..Graph::default()
        };
        let mut problems = Vec::new();
        check(&graph, &mut problems);
        problems.iter().map(|problem| problem.found.clone()).collect()
    }

    #[test]
    fn a_handle_is_not_a_tensor_of_numbers() {
        assert!(problems(DType::Resource).is_empty());
        assert_eq!(problems(DType::Int8), ["a handle of type int8"]);
    }
}
