//! Pass 2: whether the compiler can do this model, all problems at once.
//!
//! What holds for every operator is checked here, in this order: known operator, version, number of tensors, each tensor's
//! type and quantisation, data flow. Then the operator's own check runs, so it may rely on all of that.

use crate::ir::graph::{Custom, DType, Foreign, Graph, Operator, Quantization, Subgraph, Tensor, TensorId};
use crate::ir::problem::{Errors, MAX_PROBLEMS, Problem, UNKNOWN};
use crate::ops::checker::Checker;
use crate::ops::{self, variable};
use std::collections::HashSet;

/// Most bytes of constants that operators read, those that several read counted for each.
const MAX_CONTENTS: usize = 16 << 20;

/// Longest dimension of weights: each output channel has factors and sums of its own, many times the size of one weight.
const MAX_CHANNELS: usize = 1 << 18;

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
        check_operator(main, op, too_large.is_none(), &mut problems);
        if problems.len() > before {
            refused.insert(op.index);
            // What the next operator says of a tensor that this one would have written only follows from this.
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
        // What is wrong with an operator says why its tensors look odd: no second problem follows from it.
        refused.extend(problems.iter().filter_map(|problem| Some(problem.operator?.0)));
        let refused = main.operators.iter().filter(|op| refused.contains(&op.index));
        let reported = refused.flat_map(|op| op.inputs.iter().flatten().chain(&op.outputs)).copied().collect();
        check_flow(main, &reported, &mut problems);
    }
    problems.truncate(MAX_PROBLEMS);
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// Checks an operator; `closely` also by the check of its folder.
pub fn check_operator(graph: &Subgraph, op: &Operator, closely: bool, problems: &mut Vec<Problem>) {
    let Some(definition) = ops::definition(op.kind) else {
        let found = match op.options::<Custom>() {
            Some(Custom { name }) => format!("custom operator {name:?} is not supported"),
            None => UNKNOWN.to_owned(),
        };
        problems.push(Problem::operator(graph, op, found, ""));
        return;
    };
    let before = problems.len();
    if !definition.versions.contains(&op.version) {
        let range = format!("{} to {}", definition.versions.start(), definition.versions.end());
        problems.push(Problem::operator(graph, op, format!("version {}", op.version), range));
    }
    for (count, range, what) in
        [(op.inputs.len(), &definition.inputs, "inputs"), (op.outputs.len(), &definition.outputs, "outputs")]
    {
        if !range.contains(&count) {
            let range = if range.start() == range.end() {
                format!("{}", range.start())
            } else if *range.end() == usize::MAX {
                format!("{} or more", range.start())
            } else {
                format!("{} to {}", range.start(), range.end())
            };
            problems.push(Problem::operator(graph, op, format!("{count} {what}"), range));
        }
    }
    for &id in op.inputs.iter().flatten().chain(&op.outputs) {
        if problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut checker = Checker::new(graph, op);
        check_tensor(&mut checker, id);
        problems.append(&mut checker.problems);
    }
    if let Some(Foreign { of }) = op.options() {
        let owner = of.map_or("another operator".to_owned(), |kind| kind.to_string());
        problems.push(Problem::operator(graph, op, format!("options of {owner}"), format!("options of {}", op.kind)));
    }
    if problems.len() == before && closely {
        problems.extend(ops::check(graph, op).err().into_iter().flatten());
    }
}

fn check_tensor(checker: &mut Checker<'_>, id: TensorId) {
    let tensor = checker.graph.tensor(id);
    if matches!(tensor.dtype, DType::Other(_))
        || (matches!(tensor.dtype, DType::Int4 | DType::Float16) && !tensor.is_constant())
    {
        checker.bad_tensor(id, tensor.dtype.to_string(), "int8, uint8, int16, int32, float32");
        return;
    }
    if tensor.elements() == 0 {
        checker.bad_tensor(id, format!("shape {:?}", tensor.shape), "at least one element");
    }
    if tensor.variable {
        checker.bad_tensor(id, "a variable tensor", "state in VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE");
    }
    let range = if tensor.dtype == DType::Int64 { DType::Int32 } else { tensor.dtype }.range();
    let Some((lowest, highest)) = range.map(|(low, high)| (i64::from(low), i64::from(high))) else { return };
    let Some(Quantization { scales, zero_points, axis }) = &tensor.quant else { return };
    // A channel whose weights were all pruned may have scale 0.
    let is_scale = |scale: f32| scale.is_finite() && (scale > 0.0 || scale == 0.0 && scales.len() > 1);
    if let Some(scale) = scales.iter().find(|&&scale| !is_scale(scale)) {
        checker.bad_tensor(id, format!("quantisation scale {scale}"), "positive numbers");
    }
    if zero_points.len() != scales.len() {
        let found = format!("{} scales and {} zero points", scales.len(), zero_points.len());
        checker.bad_tensor(id, found, "as many of each");
    }
    if let Some(zero_point) = zero_points.iter().find(|z| !(lowest..=highest).contains(*z)) {
        checker.bad_tensor(
            id,
            format!("zero point {zero_point}"),
            format!("{lowest} to {highest} for {}", tensor.dtype),
        );
    }
    // Some converters write the weights' dimension into the biases, which have only one: its number says nothing there.
    let axis = if matches!(tensor.dtype, DType::Int32 | DType::Int64) && tensor.shape.len() == 1 { 0 } else { *axis };
    if scales.len() > 1 && tensor.shape.get(axis) != Some(&scales.len()) {
        let found = format!("{} scales along dimension {axis} of shape {:?}", scales.len(), tensor.shape);
        checker.bad_tensor(id, found, "as many as the dimension is long");
    }
}

/// Constants are packed anew for each operator: what a file holds once can be asked for often.
fn check_contents(main: &Subgraph) -> Option<Problem> {
    let inputs = || main.operators.iter().flat_map(|op| op.inputs.iter().flatten());
    let read = || inputs().chain(&main.outputs).map(|&id| main.tensor(id));
    for tensor in read().filter(|tensor| tensor.is_constant() && tensor.shape.len() > 1) {
        if let Some(long) = tensor.shape.iter().find(|&&dimension| dimension > MAX_CHANNELS) {
            let problem = Problem::file(format!("a constant {long} elements long"), format!("up to {MAX_CHANNELS}"));
            return Some(Problem { tensor: Some(tensor.name.clone()), ..problem });
        }
    }
    let bytes: usize = read().filter_map(|tensor| tensor.data.as_ref()).map(|data| data.len()).sum();
    if bytes > MAX_CONTENTS {
        let found = format!("operators that read {bytes} bytes of constants");
        return Some(Problem::file(found, format!("up to {MAX_CONTENTS} bytes")));
    }
    None
}

/// Every tensor is a constant, an input, or written once before it is read.
fn check_flow(graph: &Subgraph, reported: &HashSet<TensorId>, problems: &mut Vec<Problem>) {
    let mut ready: Vec<bool> = graph.tensors.iter().map(Tensor::is_constant).collect();
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
        ready[id.0] = true;
    }
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
            if ready[id.0] && !reported.contains(&id) {
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
    use crate::ir::graph::OpKind;
    use std::sync::Arc;

    /// Problems of one tensor of an operator.
    fn problems(tensor: Tensor) -> Vec<String> {
        let (kind, options) = (OpKind::RESHAPE, Arc::new(()));
        let op = Operator { index: 7, kind, version: 1, options, inputs: vec![Some(TensorId(0))], outputs: vec![] };
        let graph = Subgraph { tensors: vec![Tensor { name: "t".into(), ..tensor }], ..Subgraph::default() };
        let mut checker = Checker::new(&graph, &op);
        check_tensor(&mut checker, TensorId(0));
        checker.problems.iter().map(Problem::to_string).collect()
    }

    fn tensor(dtype: DType, shape: &[usize], scales: &[f32], zero_points: &[i64], axis: usize) -> Tensor {
        let quant = Quantization { scales: scales.to_vec(), zero_points: zero_points.to_vec(), axis };
        Tensor { dtype, shape: shape.to_vec(), quant: Some(quant), ..Tensor::default() }
    }

    #[test]
    fn quantisation_that_fits_is_accepted() {
        assert!(problems(tensor(DType::Int8, &[2, 3], &[0.1; 3], &[0; 3], 1)).is_empty());
        assert!(problems(tensor(DType::Uint8, &[2, 3], &[0.1], &[255], 9)).is_empty());
        // A bias with the weights' dimension.
        assert!(problems(tensor(DType::Int32, &[3], &[0.1; 3], &[0; 3], 3)).is_empty());
    }

    #[test]
    fn each_thing_wrong_is_named() {
        for (tensor, expected) in [
            (tensor(DType::Int8, &[2, 3], &[0.1; 3], &[0; 3], 0), "3 scales along dimension 0"),
            (tensor(DType::Int8, &[2, 3], &[0.1; 3], &[0; 3], 5), "3 scales along dimension 5"),
            (tensor(DType::Int8, &[2], &[f32::NAN], &[0], 0), "scale NaN"),
            (tensor(DType::Int8, &[2], &[0.0], &[0], 0), "scale 0"),
            (tensor(DType::Int8, &[2], &[1.0], &[128], 0), "zero point 128"),
            (tensor(DType::Uint8, &[2], &[1.0], &[-1], 0), "zero point -1"),
            (tensor(DType::Int8, &[2], &[1.0], &[], 0), "1 scales and 0 zero points"),
            (tensor(DType::Int8, &[0], &[1.0], &[0], 0), "at least one element"),
            (tensor(DType::Other(18), &[2], &[1.0], &[0], 0), "bfloat16"),
        ] {
            let problems = problems(tensor);
            assert!(problems.len() == 1 && problems[0].contains(expected), "{expected}: {problems:?}");
            assert!(problems[0].starts_with("operator 7 (RESHAPE), tensor \"t\": "), "{problems:?}");
        }
    }

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
        // An unknown operator reads state that nobody writes, and its output has a type that the next one does not take.
        let graph = Subgraph {
            tensors: vec![
                Tensor { variable: true, ..named("state", DType::Int8) },
                named("made", DType::Other(1)),
                named("out", DType::Int8),
            ],
            operators: vec![op(0, OpKind::SVDF, 0, 1), op(1, OpKind::RELU, 1, 2)],
            outputs: vec![TensorId(2)],
            ..Subgraph::default()
        };
        let errors = check(&Graph { subgraphs: vec![graph], ..Graph::default() }).unwrap_err();
        assert_eq!(errors.to_string(), "operator 0 (SVDF), tensor \"made\": operator is not supported");
    }
}
