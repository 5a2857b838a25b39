//! What holds for every operator: it is known, its version, the number of its tensors, each tensor's type and quantisation. Then
//! the operator's own check runs, so it may rely on all of that.

use crate::ir::graph::{Custom, DType, Foreign, OpKind, Operator, Quantization, Subgraph, Tensor, TensorId};
use crate::ir::problem::{MAX_PROBLEMS, Problem, UNKNOWN};
use crate::ops;
use crate::ops::checker::Checker;
use crate::ops::circular_buffer;
use crate::ops::shared::kept;

/// Maximum number of bytes of constants that operators read; a constant that several read counts for each.
pub const MAX_CONTENTS: usize = 72 << 20;

/// Longest dimension of weights: the factors and sums of each output channel are many times larger than one weight.
pub const MAX_CHANNELS: usize = 1 << 18;

/// What an operator is checked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Checks {
    /// What holds for every operator that is computed at compile time: lists of integers may be empty.
    Ahead,
    /// What holds for every operator of the run.
    Common,
    /// The same, and what its directory checks.
    All,
}

/// Checks an operator.
pub fn check_operator(graph: &Subgraph, op: &Operator, checks: Checks, problems: &mut Vec<Problem>) {
    let unknown = op.options::<Custom>().map(|custom| format!("custom operator {:?} is not supported", custom.name));
    let Some(definition) = ops::definition(op.kind).filter(|_| unknown.is_none()) else {
        problems.push(Problem::operator(graph, op, unknown.unwrap_or_else(|| UNKNOWN.to_owned()), ""));
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
        check_tensor(&mut checker, id, checks == Checks::Ahead);
        problems.append(&mut checker.problems);
    }
    // As in the reference, RESHAPE does not need any.
    if let Some(Foreign { of }) = op.options().filter(|_| op.kind != OpKind::RESHAPE) {
        let owner = of.map_or("another operator".to_owned(), |kind| kind.to_string());
        problems.push(Problem::operator(graph, op, format!("options of {owner}"), format!("options of {}", op.kind)));
    }
    if problems.len() == before && checks == Checks::All {
        problems.extend(ops::check(graph, op).err().into_iter().flatten());
    }
}

/// The longest dimension of a constant, if it is longer than [`MAX_CHANNELS`].
pub fn too_long(tensor: &Tensor) -> Option<String> {
    let long = tensor.shape.iter().find(|&&size| tensor.shape.len() > 1 && size > MAX_CHANNELS)?;
    Some(format!("a constant {long} elements long"))
}

/// Whether it is a list of axes, extents or positions, which is empty if there are none: of a scalar, or where nothing changes. At
/// compile time other operators compute such lists, too.
fn is_list(kind: OpKind, tensor: &Tensor, ahead: bool) -> bool {
    let reads = matches!(
        kind,
        OpKind::BROADCAST_TO
            | OpKind::FILL
            | OpKind::MEAN
            | OpKind::REDUCE_ALL
            | OpKind::REDUCE_MAX
            | OpKind::REDUCE_MIN
            | OpKind::REDUCE_PROD
            | OpKind::RESHAPE
            | OpKind::SLICE
            | OpKind::STRIDED_SLICE
            | OpKind::SUM
            | OpKind::TILE
            | OpKind::TRANSPOSE
    );
    let computes = ahead && matches!(kind, OpKind::CONCATENATION | OpKind::REDUCE_PROD | OpKind::STRIDED_SLICE);
    let is_integers = matches!(tensor.dtype, DType::Int32 | DType::Int64) && tensor.shape == [0];
    is_integers && (reads && tensor.is_constant() || computes)
}

fn check_tensor(checker: &mut Checker<'_>, id: TensorId, ahead: bool) {
    let tensor = checker.graph.tensor(id);
    let densified = ahead && checker.op.kind == OpKind::DENSIFY;
    if matches!(tensor.dtype, DType::Other(_))
        || (matches!(tensor.dtype, DType::Int4 | DType::Float16) && !tensor.is_constant() && !densified)
    {
        checker.bad_tensor(id, tensor.dtype.to_string(), "int8, uint8, int16, int32, float32");
        return;
    }
    if tensor.unknown {
        checker.bad_tensor(id, "a dimension that the file leaves open", "dimensions known at compile time");
    }
    if tensor.elements() == 0 && !is_list(checker.op.kind, tensor, ahead) {
        checker.bad_tensor(id, format!("shape {:?}", tensor.shape), "at least one element");
    }
    // Both search the whole graph, so not for every tensor.
    let known = || circular_buffer::writes(checker.graph, id) || kept::keeps(checker.graph, id);
    if tensor.variable && !known() {
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
    // Some converters write the weights' dimension into the biases, which have only one: its number has no meaning there.
    let axis = if matches!(tensor.dtype, DType::Int32 | DType::Int64) && tensor.shape.len() == 1 { 0 } else { *axis };
    if scales.len() > 1 && tensor.shape.get(axis) != Some(&scales.len()) {
        let found = format!("{} scales along dimension {axis} of shape {:?}", scales.len(), tensor.shape);
        checker.bad_tensor(id, found, "as many as the dimension is long");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::Contents;
    use std::sync::Arc;

    /// Problems of one tensor of an operator.
    fn problems(tensor: Tensor) -> Vec<String> {
        let (kind, options) = (OpKind::RESHAPE, Arc::new(()));
        let op = Operator { index: 7, kind, version: 1, options, inputs: vec![Some(TensorId(0))], outputs: vec![] };
        let graph = Subgraph { tensors: vec![Tensor { name: "t".into(), ..tensor }], ..Subgraph::default() };
        let mut checker = Checker::new(&graph, &op);
        check_tensor(&mut checker, TensorId(0), false);
        checker.problems.iter().map(Problem::to_string).collect()
    }

    fn tensor(dtype: DType, shape: &[usize], scales: &[f32], zero_points: &[i64], axis: usize) -> Tensor {
        let quant = Quantization { scales: scales.to_vec(), zero_points: zero_points.to_vec(), axis };
        Tensor { dtype, shape: shape.to_vec(), quant: Some(quant), ..Tensor::default() }
    }

    #[test]
    fn lists_may_be_empty_where_they_are_read() {
        let none = |dtype, shape: &[usize], data: Option<Contents>| Tensor {
            dtype,
            shape: shape.to_vec(),
            data,
            ..Tensor::default()
        };
        let known = Some(Contents::from(Vec::new()));
        assert!(is_list(OpKind::RESHAPE, &none(DType::Int32, &[0], known.clone()), false));
        assert!(!is_list(OpKind::RESHAPE, &none(DType::Int32, &[0], None), true));
        assert!(!is_list(OpKind::RESHAPE, &none(DType::Int8, &[0], known.clone()), false));
        assert!(!is_list(OpKind::RESHAPE, &none(DType::Int32, &[0, 2], known.clone()), false));
        // Computed at compile time only.
        assert!(is_list(OpKind::CONCATENATION, &none(DType::Int64, &[0], None), true));
        assert!(!is_list(OpKind::CONCATENATION, &none(DType::Int64, &[0], known.clone()), false));
        assert!(!is_list(OpKind::ADD, &none(DType::Int32, &[0], known), true));
    }

    #[test]
    fn quantisation_that_fits_is_accepted() {
        assert!(problems(tensor(DType::Int8, &[2, 3], &[0.1; 3], &[0; 3], 1)).is_empty());
        assert!(problems(tensor(DType::Uint8, &[2, 3], &[0.1], &[255], 9)).is_empty());
        // A bias with the weights' dimension.
        assert!(problems(tensor(DType::Int32, &[3], &[0.1; 3], &[0; 3], 3)).is_empty());
    }

    #[test]
    fn each_problem_is_reported() {
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
}
