//! Pass 2: whether the compiler supports this model; all problems at once.
//!
//! Each operator is checked by [`crate::ops::conditions`], which calls the operator's own check; then the data flow.

use crate::ir::graph::{Contents, DType, Graph, Subgraph, Tensor, TensorId};
use crate::ir::problem::{Errors, MAX_PROBLEMS, Problem, UNKNOWN};
use crate::ops::conditions::{Checks, MAX_CHANNELS, MAX_CONTENTS, check_operator, too_long};
use crate::ops::shared::{control, kept};
use crate::ops::variable;
use std::collections::HashSet;

/// Checks a model. On success every operator can be lowered.
pub fn check(graph: &Graph) -> Result<(), Errors> {
    let mut problems = Vec::new();
    let Some(main) = graph.subgraphs.first() else {
        return Err(Problem::file("a file without a subgraph", "at least one").into());
    };
    variable::graphs::check(graph, &mut problems);
    // Checks work on constants, so they run only where these are not too large.
    let too_large = check_contents(main);
    let mut unwritten: HashSet<TensorId> = HashSet::new();
    let mut refused: HashSet<usize> = HashSet::new();
    for op in &main.operators {
        if problems.len() >= MAX_PROBLEMS {
            break;
        }
        let before = problems.len();
        let checks = if too_large.is_none() { Checks::All } else { Checks::Common };
        check_operator(main, op, checks, &mut problems);
        if problems.len() > before {
            refused.insert(op.index);
            // A problem of the next operator with a tensor that this one would have written only follows from this one.
            let follows = |id: &&TensorId| unwritten.contains(*id);
            let names: Vec<&str> =
                op.inputs.iter().flatten().filter(follows).map(|&id| main.tensor(id).name.as_str()).collect();
            let follows = |problem: &Problem| {
                let name = problem.tensor.as_deref().unwrap_or_default();
                problem.found != UNKNOWN && !name.is_empty() && names.contains(&name)
            };
            let own = problems.split_off(before);
            problems.extend(own.into_iter().filter(|problem| !follows(problem)));
            unwritten.extend(&op.outputs);
        }
    }
    problems.extend(too_large);
    if problems.len() < MAX_PROBLEMS {
        // A problem of an operator explains why its tensors are wrong: no second problem is reported for them.
        refused.extend(problems.iter().filter_map(|problem| Some(problem.operator?.0)));
        let refused = main.operators.iter().filter(|op| refused.contains(&op.index));
        let reported = refused.flat_map(|op| op.inputs.iter().flatten().chain(&op.outputs)).copied().collect();
        check_flow(main, &reported, &mut problems);
    }
    problems.truncate(MAX_PROBLEMS);
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// Constants are packed again for each operator: many operators can read what a file holds once.
fn check_contents(main: &Subgraph) -> Option<Problem> {
    let inputs = || main.operators.iter().flat_map(|op| op.inputs.iter().flatten());
    let read = || inputs().chain(&main.outputs).map(|&id| main.tensor(id));
    for tensor in read().filter(|tensor| tensor.is_constant()) {
        if let Some(found) = too_long(tensor) {
            let problem = Problem::file(found, format!("up to {MAX_CHANNELS}"));
            return Some(Problem { tensor: Some(tensor.name.clone()), ..problem });
        }
    }
    let bytes: usize = read().map(read_bytes).sum();
    if bytes > MAX_CONTENTS {
        let found = format!("operators that read {bytes} bytes of constants");
        return Some(Problem::file(found, format!("up to {MAX_CONTENTS} bytes")));
    }
    None
}

/// Bytes of a constant that are read; float16 is nowhere held as float32.
fn read_bytes(tensor: &Tensor) -> usize {
    match &tensor.data {
        Some(Contents::Stored(stored)) if stored.dtype == DType::Float16 => stored.data.len(),
        data => data.as_ref().map_or(0, Contents::len),
    }
}

/// Every tensor is a constant, an input, or written once before it is read.
fn check_flow(graph: &Subgraph, reported: &HashSet<TensorId>, problems: &mut Vec<Problem>) {
    let mut ready: Vec<bool> = graph.tensors.iter().map(Tensor::is_constant).collect();
    let states = graph.operators.iter().flat_map(kept::states);
    states.filter(|&id| kept::keeps(graph, id)).for_each(|id| ready[id.0] = true);
    check_inputs(graph, reported, problems);
    graph.inputs.iter().for_each(|&id| ready[id.0] = true);
    for op in &graph.operators {
        if problems.len() >= MAX_PROBLEMS {
            return;
        }
        for &id in op.inputs.iter().flatten() {
            if !ready[id.0] && !reported.contains(&id) {
                problems.push(Problem::tensor(
                    graph,
                    op,
                    id,
                    "a tensor that no earlier operator writes",
                    "execution order",
                ));
            }
        }
        for &id in &op.outputs {
            if ready[id.0] && !control::rewrites(op) && !reported.contains(&id) {
                problems.push(Problem::tensor(
                    graph,
                    op,
                    id,
                    "an output that has contents already",
                    "each tensor written once",
                ));
            }
            ready[id.0] = true;
        }
    }
    check_outputs(graph, &ready, reported, problems);
}

/// Inputs of the model are filled by the caller.
fn check_inputs(graph: &Subgraph, reported: &HashSet<TensorId>, problems: &mut Vec<Problem>) {
    for (i, &id) in graph.inputs.iter().enumerate() {
        let tensor = graph.tensor(id);
        let mut bad = |found: String, supported: &str| {
            problems.push(Problem { tensor: Some(tensor.name.clone()), ..Problem::file(found, supported) });
        };
        if tensor.is_constant() {
            bad(format!("input {i} has contents in the file"), "inputs the caller fills");
        }
        if !reported.contains(&id) && (tensor.elements() == 0 || tensor.dtype.size() == 0) {
            bad(
                format!("input {i} is {} of shape {:?}", tensor.dtype, tensor.shape),
                "at least one element of a known type",
            );
        }
        if graph.inputs[..i].contains(&id) {
            bad(format!("input {i} is an input already"), "each input once");
        }
    }
}

/// Outputs of the model are written.
fn check_outputs(graph: &Subgraph, ready: &[bool], reported: &HashSet<TensorId>, problems: &mut Vec<Problem>) {
    if graph.outputs.is_empty() {
        problems.push(Problem::file("a model without outputs", "at least one"));
    }
    for (i, &id) in graph.outputs.iter().enumerate() {
        let tensor = graph.tensor(id);
        if reported.contains(&id) {
            continue;
        }
        if !ready[id.0] || tensor.elements() == 0 || tensor.dtype.size() == 0 {
            let found = format!("output {i} is never written or has no contents");
            problems.push(Problem {
                tensor: Some(tensor.name.clone()),
                ..Problem::file(found, "outputs that operators write")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{DType, OpKind, Operator};
    use std::sync::Arc;

    #[test]
    fn no_problem_follows_from_another() {
        let op = |index, kind, input, output| Operator {
            index,
            kind,
            version: 1,
            options: Arc::new(()),
            inputs: vec![Some(TensorId(input))],
            outputs: vec![TensorId(output)],
        };
        let named = |name: &str, dtype| Tensor { name: name.into(), dtype, shape: vec![1], ..Tensor::default() };
        // An unknown operator reads state that is never written, and its output has a type that the next one does not
        // take.
        let graph = Subgraph {
            tensors: vec![
                Tensor { variable: true, ..named("state", DType::Int8) },
                named("made", DType::Other(1)),
                named("out", DType::Int8),
            ],
            operators: vec![op(0, OpKind::CALL, 0, 1), op(1, OpKind::RELU, 1, 2)],
            outputs: vec![TensorId(2)],
            ..Subgraph::default()
        };
        let errors = check(&Graph { subgraphs: vec![graph], ..Graph::default() }).unwrap_err();
        assert_eq!(errors.to_string(), "operator 0 (CALL), tensor \"made\": operator is not supported");
    }
}
