//! The operators, one file each, found through [`DEFINITIONS`].
//!
//! To add one: a file here with a `pub static DEFINITION: OpDefinition`, a line in [`DEFINITIONS`], a kernel file in `kernels/`
//! with a line in [`crate::kernels::FILES`], and cases for the oracle. See `docs/compiler.md`.

mod add;
mod average_pool_2d;
mod conv_2d;
mod depthwise_conv_2d;
mod fully_connected;
mod softmax;
mod weighted;

use crate::graph::{OpKind, Operator, Subgraph};
use crate::lower::{Lowered, Lowering};
use crate::problem::Problem;
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
    &conv_2d::DEFINITION,
    &depthwise_conv_2d::DEFINITION,
    &fully_connected::DEFINITION,
    &softmax::DEFINITION,
];

/// The definition of an operator, if there is one.
pub fn definition(kind: OpKind) -> Option<&'static OpDefinition> {
    DEFINITIONS.iter().find(|definition| definition.kind == kind).copied()
}
