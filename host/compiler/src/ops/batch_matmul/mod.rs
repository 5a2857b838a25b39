//! BATCH_MATMUL: `matrices.h` on int8 and int16, `float_matrices.h` on float32; a constant second matrix of int8 goes through
//! FULLY_CONNECTED's kernels, one that the file stores as float16, int8 or int4 through those of `float_stored.h`, and one of int8 beside float32
//! through `batch_matmul_hybrid.h`.

mod hybrid;
mod stored;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind, OpOptions};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::broadcast::Broadcast;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::fully_connected;
use crate::ops::kernels::kernels;
use crate::ops::shared::matrices::{Matrices, Product};
use crate::ops::shared::weighted::{self, Types, Weighted};
use std::sync::Arc;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::BATCH_MATMUL,
    versions: 1..=4,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["batch_matmul_hybrid.h"],
    reference: "batch_matmul.cc",
    support: &[
        Support::bytes("int8, int16, either matrix constant or not", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
        Support::bytes("float32 times a constant of int8 (dynamic range)", Cores::DspMve),
    ],
};

/// Numbers of dimensions that the reference accepts.
const RANKS: std::ops::RangeInclusive<usize> = 2..=5;

/// Types for which a product with a constant is a FULLY_CONNECTED.
const CONSTANT: Types = Types { activations: DType::Int8, weights: &[DType::Int8], bias: &[] };

/// Whether the last two dimensions of each input are exchanged.
#[derive(Debug, Default)]
struct Options {
    turned: [bool; 2],
    /// Whether rows of float32 are quantised with an offset, where the second matrix is int8.
    asymmetric: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Batchmatmul(o)) = table else { return or_default::<Options>(table) };
    read(Options { turned: [o.adj_x()?, o.adj_y()?], asymmetric: o.asymmetric_quantize_inputs()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let &Options { turned, asymmetric } = checker.options::<Options>()?;
    let (first, second, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(first, &[DType::Int8, DType::Int16, DType::Float32]).then_some(())?;
    let of_second = if first.dtype == DType::Float32 { vec![first.dtype, DType::Int8] } else { vec![first.dtype] };
    (checker.dtype(second, &of_second) & checker.dtype(output, &[first.dtype])).then_some(())?;
    let matrices = matrices(checker, [first, second, output], turned)?;
    if second.dtype != first.dtype {
        return Some(Box::new(hybrid::check(checker, matrices, asymmetric)?));
    }
    if first.dtype == DType::Float32 {
        if let Some(kept) = stored::kept(checker, &matrices) {
            return Some(Box::new(kept));
        }
        return Some(Box::new(Product::float(matrices)));
    }
    if let Some(dense) = constant(checker, &matrices) {
        return Some(Box::new(dense));
    }
    // The reference takes the first of several scales for all columns.
    checker.per_tensor(second)?;
    let range = checker.activation(Activation::None, output)?;
    Some(Box::new(Product::quantised(checker, matrices, range)?))
}

/// The shapes: rows, columns and depth, the batches and their steps.
fn matrices<'a>(
    checker: &mut Checker<'a>,
    [first, second, output]: [Operand<'a>; 3],
    turned: [bool; 2],
) -> Option<Matrices<'a>> {
    for operand in [first, second] {
        if !RANKS.contains(&operand.shape.len()) {
            let found = format!("shape {:?}", operand.shape);
            checker.bad_tensor(operand.id, found, "two to five dimensions");
            return None;
        }
    }
    let ends = |operand: Operand<'a>| {
        let shape = &operand.tensor.shape;
        let (batch, last) = shape.split_at(shape.len() - 2);
        (batch, last[0], last[1])
    };
    let ((a, a0, a1), (b, b0, b1)) = (ends(first), ends(second));
    let (mut rows, depth) = if turned[0] { (a1, a0) } else { (a0, a1) };
    let (inner, columns) = if turned[1] { (b1, b0) } else { (b0, b1) };
    let batch = batch_shape(a, b);
    let (Some(batch), true) = (batch, depth == inner) else {
        let found = format!("{:?} times {:?}, turned {turned:?}", first.shape, second.shape);
        checker.bad(found, "as many columns of the first as rows of the second, batches that broadcast");
        return None;
    };
    checker.shape(output, &[batch.as_slice(), &[rows, columns]].concat()).then_some(())?;
    let broadcast = Broadcast::new([a, b], &batch)?;
    let inside =
        (0..broadcast.shape.len()).map(|i| (broadcast.shape[i], [broadcast.steps[0][i], broadcast.steps[1][i]]));
    let mut batches: Vec<(usize, [usize; 2])> = broadcast.outer.iter().copied().chain(inside).collect();
    batches.retain(|(count, _)| *count > 1);
    for (_, steps) in &mut batches {
        *steps = [steps[0] * rows * depth, steps[1] * depth * columns];
    }
    // Batches of the first that use the same second matrix are further rows.
    if let Some(&(count, steps)) = batches.last()
        && steps == [rows * depth, 0]
        && !turned[0]
    {
        batches.pop();
        rows *= count;
    }
    Some(Matrices { first, second, bias: None, output, size: [rows, columns, depth], turned, batches })
}

/// The shape of the batches of both.
fn batch_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let own = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    let joined = (0..rank).map(|i| match (own(a, i), own(b, i)) {
        (a, b) if a == b || b == 1 => Some(a),
        (1, b) => Some(b),
        _ => None,
    });
    joined.collect()
}

/// A product with one constant matrix.
struct Dense<'a> {
    weighted: Weighted<'a>,
    rows: usize,
    /// Units and inputs; whether the matrix is stored unit by unit.
    units: usize,
    inputs: usize,
    by_unit: bool,
}

/// The FULLY_CONNECTED that gives the same bytes: one constant second matrix, symmetric, and contiguous rows.
fn constant<'a>(checker: &mut Checker<'a>, matrices: &Matrices<'a>) -> Option<Dense<'a>> {
    let Matrices { first, second, size: [rows, units, inputs], turned, ref batches, .. } = *matrices;
    let fits = first.dtype == DType::Int8 && second.is_constant() && batches.is_empty() && !turned[0];
    (fits && matches!(second.per_tensor(), Some((_, 0)))).then_some(())?;
    let axis = second.shape.len() - if turned[1] { 2 } else { 1 };
    let before = checker.problems.len();
    let weighted = weighted::check(checker, &CONSTANT, (axis, units), Activation::None);
    if checker.problems.len() > before {
        checker.problems.truncate(before);
        return None;
    }
    Some(Dense { weighted: weighted?, rows, units, inputs, by_unit: turned[1] })
}

impl Dense<'_> {
    /// The weights as `[unit][input]`.
    fn weights(&self) -> Arc<Vec<i8>> {
        let (given, &Dense { units, inputs, .. }) = (self.weighted.weights(), self);
        match self.by_unit {
            true => given,
            false => Arc::new((0..given.len()).map(|at| given[at % inputs * units + at / inputs]).collect()),
        }
    }
}

impl Checked for Dense<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        fully_connected::computed(&self.weighted, &self.weights(), self.rows)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Dense { rows, units, inputs, .. } = *self;
        let weights = self.weights();
        let summary = format!("BATCH_MATMUL {rows}x{inputs} times a constant {inputs}x{units}");
        fully_connected::layer(lowering, &self.weighted, weights, rows, summary)
    }
}
