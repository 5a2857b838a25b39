//! The operators, one folder each, found through [`DEFINITIONS`].
//!
//! To add one: a folder here with a `pub static DEFINITION: OpDefinition` and its kernel file, a line in [`DEFINITIONS`], one in
//! [`kernels::FILES`], and cases for the oracle. See `docs/compiler.md`.

mod add;
mod average_pool_2d;
mod concatenation;
mod conv_2d;
mod depthwise_conv_2d;
mod dequantize;
mod fully_connected;
mod hard_swish;
pub mod kernels;
mod leaky_relu;
mod logistic;
mod max_pool_2d;
mod maximum_minimum;
mod mean;
mod mul;
mod pad;
mod quantize;
mod relu;
mod relu6;
mod reshape;
pub mod shared;
mod softmax;
mod split;
mod strided_slice;
mod sub;
mod tanh;
mod transpose;
mod variable;

use crate::ir::graph::{DType, OpKind, Operator, Subgraph, TensorId};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use std::ops::RangeInclusive;

/// What the compiler knows about an operator.
pub struct OpDefinition {
    /// Which operator of the file format.
    pub kind: OpKind,
    /// Versions accepted.
    pub versions: RangeInclusive<i32>,
    /// How many inputs, counting optional ones left out, and outputs it takes. Checked before [`OpDefinition::check`] is called,
    /// so that this may index the operator's inputs up to the lower bound and its outputs likewise.
    pub arity: (RangeInclusive<usize>, RangeInclusive<usize>),
    /// Adds every problem it finds: types, quantisation, shapes against options. Tensors' shapes are bounded, constants have the
    /// length their shape says, scales are finite and positive, zero points fit the type: this has been checked before.
    pub check: fn(&Subgraph, &Operator, &mut Vec<Problem>),
    /// Builds the layer of an operator that passed [`OpDefinition::check`]. A problem found only now (a packing that would
    /// overflow, say) is returned, never a panic.
    pub lower: fn(&Lowering<'_>, &Operator) -> Result<Lowered, Problem>,
}

/// All operators the compiler knows.
pub static DEFINITIONS: &[&OpDefinition] = &[
    &add::DEFINITION,
    &average_pool_2d::DEFINITION,
    &concatenation::DEFINITION,
    &conv_2d::DEFINITION,
    &depthwise_conv_2d::DEFINITION,
    &dequantize::DEFINITION,
    &fully_connected::DEFINITION,
    &hard_swish::DEFINITION,
    &leaky_relu::DEFINITION,
    &logistic::DEFINITION,
    &max_pool_2d::DEFINITION,
    &maximum_minimum::MAXIMUM,
    &maximum_minimum::MINIMUM,
    &mean::DEFINITION,
    &mul::DEFINITION,
    &pad::DEFINITION,
    &quantize::DEFINITION,
    &relu::DEFINITION,
    &relu6::DEFINITION,
    &reshape::DEFINITION,
    &softmax::DEFINITION,
    &split::SPLIT,
    &split::SPLIT_V,
    &strided_slice::DEFINITION,
    &sub::DEFINITION,
    &tanh::DEFINITION,
    &transpose::DEFINITION,
    &variable::ASSIGN_VARIABLE,
    &variable::CALL_ONCE,
    &variable::READ_VARIABLE,
    &variable::VAR_HANDLE,
];

/// The definition of an operator, if there is one.
pub fn definition(kind: OpKind) -> Option<&'static OpDefinition> {
    DEFINITIONS.iter().find(|definition| definition.kind == kind).copied()
}

/// Joins layers of operators that can be one, once all are lowered.
pub fn fuse_layers(graph: &Subgraph, lowered: &mut [Lowered]) {
    shared::table::compose(graph, lowered);
}

/// First input and first output of an operator that passed its check.
fn one_to_one(lowering: &Lowering<'_>, op: &Operator) -> Result<(TensorId, TensorId), Problem> {
    match (op.inputs.first(), op.outputs.first()) {
        (Some(&Some(input)), Some(&output)) => Ok((input, output)),
        _ => Err(unchecked(lowering.graph, op)),
    }
}

/// The problem of an operator that comes to lowering without having passed its check.
fn unchecked(graph: &Subgraph, op: &Operator) -> Problem {
    Problem::operator(graph, op, "an operator that was not checked", "checked operators")
}

/// Whether an operator works on float32.
fn is_float(graph: &Subgraph, op: &Operator) -> bool {
    op.inputs.first().copied().flatten().is_some_and(|id| graph.tensor(id).dtype == DType::Float32)
}

/// A dimension counted from the front; negative ones count from the back.
fn resolve_axis(axis: i32, rank: usize) -> Option<usize> {
    let axis = i64::from(axis) + if axis < 0 { rank as i64 } else { 0 };
    usize::try_from(axis).ok().filter(|&axis| axis < rank)
}
