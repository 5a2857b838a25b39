//! The shapes of what operators compute, where those in the file are for inputs of another shape, or are not there: an operator's
//! check says what it expects.

use crate::ir::graph::{DType, Graph, OpKind, Operator, Subgraph, Tensor, TensorId};
use crate::ir::problem::Problem;
use crate::ops;
use crate::ops::checker::Checker;
use crate::ops::conditions::{Checks, MAX_CHANNELS, MAX_CONTENTS, check_operator, too_long};
use crate::ops::shared::control;
use std::collections::HashSet;

/// Checks of an operator, beyond one for each output, after which its shapes must be known.
const ROUNDS: usize = 4;

/// Maximum number of bytes of constants that operators read: those of a run, and those from which they are computed.
const CONTENTS: usize = 2 * MAX_CONTENTS;

/// Which tensors of the main graph have another shape than in the file.
pub struct Extents {
    changed: Vec<bool>,
    /// All operators: checks look for those that keep a state.
    operators: Vec<Operator>,
    /// Bytes of constants that checks may still read.
    contents: usize,
}

impl Extents {
    /// Before the first operator. `None` if all shapes are those of the file.
    pub fn new(graph: &Graph) -> Option<Extents> {
        let main = graph.subgraphs.first()?;
        let mut changed: Vec<bool> = main.tensors.iter().map(|tensor| tensor.unknown).collect();
        graph.resized.iter().for_each(|id| changed[id.0] = true);
        changed.contains(&true).then(|| Extents { changed, operators: main.operators.clone(), contents: CONTENTS })
    }

    /// Gives the outputs and states of an operator their shapes. All operators before it have been through this, and the graph has
    /// no operators.
    ///
    /// # Errors
    /// The operator's problems, if these shapes can't be computed and those in the file may be wrong.
    pub fn settle(&mut self, graph: &mut Subgraph, op: &Operator) -> Result<(), Vec<Problem>> {
        if let Some(problem) = self.too_much(graph, op) {
            return Err(vec![problem]);
        }
        let tensors: Vec<TensorId> = op.inputs.iter().flatten().chain(&op.outputs).copied().collect();
        let before: Vec<Tensor> = tensors.iter().map(|&id| graph.tensor(id).clone()).collect();
        tensors.iter().for_each(|&id| as_int8(&mut graph.tensors[id.0]));
        op.outputs.iter().for_each(|&id| ready(&mut graph.tensors[id.0]));
        std::mem::swap(&mut graph.operators, &mut self.operators);
        let known = |id: &TensorId| graph.tensor(*id).is_constant();
        let ahead = matches!(op.kind, OpKind::SHAPE | OpKind::RANK) || op.inputs.iter().flatten().all(known);
        // What can't be computed at compile time may be computed by a run.
        let first = settled(graph, op, ahead);
        let settled = if first.is_err() && ahead { settled(graph, op, false).or(first) } else { first };
        std::mem::swap(&mut graph.operators, &mut self.operators);
        let may_differ = tensors.iter().any(|id| self.changed[id.0]);
        for (&id, before) in tensors.iter().zip(before) {
            let tensor = &mut graph.tensors[id.0];
            match settled.is_ok() {
                true => {
                    self.changed[id.0] |= tensor.shape != before.shape;
                    *tensor = Tensor { shape: std::mem::take(&mut tensor.shape), unknown: tensor.unknown, ..before };
                }
                false => *tensor = before,
            }
        }
        if may_differ { settled } else { Ok(()) }
    }

    /// Checks work on constants, which many operators may read: as `passes::check` has it.
    fn too_much(&mut self, graph: &Subgraph, op: &Operator) -> Option<Problem> {
        let constants = op.inputs.iter().flatten().filter(|&&id| graph.tensor(id).is_constant());
        for &id in constants {
            let tensor = graph.tensor(id);
            if let Some(found) = too_long(tensor) {
                return Some(Problem::tensor(graph, op, id, found, format!("up to {MAX_CHANNELS}")));
            }
            match self.contents.checked_sub(tensor.bytes()) {
                Some(left) => self.contents = left,
                None => {
                    let found = format!("operators that read more than {CONTENTS} bytes of constants");
                    return Some(Problem::operator(graph, op, found, format!("up to {MAX_CONTENTS} bytes in a run")));
                }
            }
        }
        None
    }
}

/// Checks an operator until its check expects the shapes that are there.
fn settled(graph: &mut Subgraph, op: &Operator, ahead: bool) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for _ in 0..ROUNDS + op.outputs.len() {
        check_operator(graph, op, if ahead { Checks::Ahead } else { Checks::Common }, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let (wanted, found) = expected(graph, op, ahead);
        let (mut known, mut is_settled) = (HashSet::new(), true);
        for (id, shape) in wanted {
            if known.insert(id) && graph.tensor(id).shape != shape {
                if let Some(problem) = too_large(graph, op, id, &shape) {
                    return Err(vec![problem]);
                }
                graph.tensors[id.0].shape = shape;
                is_settled = false;
            }
        }
        if is_settled {
            let all = control::rewrites(op) || op.outputs.iter().all(|id| known.contains(id));
            return if all { Ok(()) } else { Err(unknown(graph, op, found)) };
        }
    }
    Err(unknown(graph, op, expected(graph, op, ahead).1))
}

/// What the check of an operator expects of the shapes of its outputs and states, and its problems.
fn expected(graph: &Subgraph, op: &Operator, ahead: bool) -> (Vec<(TensorId, Vec<usize>)>, Vec<Problem>) {
    let mut checker = Checker { ahead, ..Checker::new(graph, op) };
    if let Some(definition) = ops::definition(op.kind) {
        // Only what it records counts.
        let _ = (definition.check)(&mut checker);
    }
    (checker.expected, checker.problems)
}

/// The operator's problems; at least one.
fn unknown(graph: &Subgraph, op: &Operator, mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.is_empty() {
        let found = "an output whose shape depends on that of an input";
        problems.push(Problem::operator(graph, op, found, "operators that give each output its shape"));
    }
    problems
}

/// The bound that the reader has for shapes in the file.
fn too_large(graph: &Subgraph, op: &Operator, id: TensorId, shape: &[usize]) -> Option<Problem> {
    let dtype = graph.tensor(id).dtype;
    let elements = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    let fits = |count: usize| count <= i32::MAX as usize;
    let bytes = elements.filter(|&count| fits(count)).and_then(|count| dtype.bytes(count)).filter(|&bytes| fits(bytes));
    let found = format!("shape {shape:?} of {dtype}");
    bytes.is_none().then(|| Problem::tensor(graph, op, id, found, "up to 2147483647 bytes"))
}

/// An output before its shape is known: bounds of shapes hold for it.
fn ready(tensor: &mut Tensor) {
    tensor.unknown = false;
    tensor.shape.iter_mut().filter(|size| **size == 0).for_each(|size| *size = 1);
}

/// A quantised tensor of uint8 as the check will see it.
fn as_int8(tensor: &mut Tensor) {
    if let (DType::Uint8, Some(quant)) = (tensor.dtype, &mut tensor.quant) {
        tensor.dtype = DType::Int8;
        tensor.unsigned = true;
        quant.zero_points.iter_mut().for_each(|zero_point| *zero_point = zero_point.saturating_sub(128));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// An operator from tensors 0 and 1 to tensor 2; the first was resized.
    fn settled(kind: OpKind, shapes: [&[usize]; 3], resized: usize) -> Result<Vec<usize>, String> {
        let tensor = |shape: &[usize]| Tensor { dtype: DType::Float32, shape: shape.to_vec(), ..Tensor::default() };
        let options: Arc<dyn crate::ir::graph::OpOptions> = match kind {
            OpKind::ADD => Arc::new(ops::shared::binary::Options::default()),
            _ => Arc::new(()),
        };
        let inputs = vec![Some(TensorId(0)), Some(TensorId(1))];
        let op = Operator { index: 0, kind, version: 1, options, inputs, outputs: vec![TensorId(2)] };
        // The last tensor is of another operator.
        let tensors = shapes.into_iter().chain([&[5][..]]).map(tensor).collect();
        let main = Subgraph { tensors, operators: vec![op.clone()], ..Subgraph::default() };
        let mut graph = Graph { subgraphs: vec![main], resized: vec![TensorId(resized)], ..Graph::default() };
        let mut extents = Extents::new(&graph).unwrap();
        let main = &mut graph.subgraphs[0];
        main.operators.clear();
        extents.settle(main, &op).map_err(|problems| problems[0].to_string())?;
        assert!(main.operators.is_empty());
        Ok(main.tensors[2].shape.clone())
    }

    #[test]
    fn outputs_get_the_shape_that_their_operator_gives_them() {
        assert_eq!(settled(OpKind::ADD, [&[7, 3], &[3], &[1, 1]], 0), Ok(vec![7, 3]));
        assert_eq!(settled(OpKind::ADD, [&[7, 3], &[3], &[3]], 0), Ok(vec![7, 3]));
    }

    #[test]
    fn what_has_no_shape_is_refused() {
        let refused = settled(OpKind::ADD, [&[7, 3], &[2], &[1, 1]], 0).unwrap_err();
        assert!(refused.contains("shapes [7, 3] and [2] to [1, 1]"), "{refused}");
        let refused = settled(OpKind::ADD, [&[1 << 20, 1], &[1, 1 << 20], &[1, 1]], 0).unwrap_err();
        assert!(refused.contains("up to 2147483647 bytes"), "{refused}");
        // Nothing says that the shape in the file is wrong.
        assert_eq!(settled(OpKind::ADD, [&[7, 3], &[2], &[1, 4]], 3), Ok(vec![1, 4]));
    }
}
