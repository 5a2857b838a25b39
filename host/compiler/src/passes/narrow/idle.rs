//! Operators whose output always equals their input, and clamps that never take effect.

use super::edit::{Change, Edit};
use super::ranges::{self, Ranges};
use super::shape;
use crate::ir::graph::{Activation, OpKind, Operator, Subgraph, Tensor};
use crate::ir::program::{Part, Removed};
use crate::math::quantize;
use crate::ops;
use crate::ops::checker::Operand;
use crate::ops::flow::{Flow, Lanes};

/// What can be left out of operators.
pub fn edits(graph: &Subgraph, flows: &[Flow<'_>], ranges: &Ranges, removed: &mut Vec<Removed>) -> Vec<Edit> {
    let mut edits = Vec::new();
    // The result of a loop or a branch must not share bytes with a variable that it overwrites.
    let one_way = !graph.operators.iter().any(|op| matches!(op.kind, OpKind::IF | OpKind::WHILE));
    for (at, (op, flow)) in graph.operators.iter().zip(flows).enumerate() {
        let (change, part, what) = if one_way
            && let Flow::Lanes(lanes) = flow
            && let Some(input) = given_back(lanes, ranges)
        {
            (Change::Alias(input.id), Part::Operator, "the whole operator: it gives back its input")
        } else if let Some(change) = without_clamp(graph, op, ranges) {
            (change, Part::Clamp, "the clamp of its activation: no value is out of its range")
        } else {
            continue;
        };
        let (operator, kind, what) = (op.index, op.kind.to_string(), what.to_owned());
        removed.push(Removed { operator, kind, part, channels: 0, what });
        edits.push(Edit { at, change });
    }
    edits
}

/// The input that always equals the operator's output.
fn given_back<'a>(lanes: &Lanes<'a>, ranges: &Ranges) -> Option<Operand<'a>> {
    let mut inputs = lanes.inputs.iter().filter(|input| !input.is_constant());
    let (input, None) = (inputs.next()?, inputs.next()) else { return None };
    if !lanes.by_element || input.shape != lanes.output.shape {
        return None;
    }
    let of_inputs: Vec<_> = lanes.inputs.iter().map(|input| ranges::seen_by(lanes, input, ranges)).collect();
    let varying = lanes.inputs.iter().position(|other| other.id == input.id)?;
    let mut values: Vec<(i32, i32)> = Vec::new();
    for channel in 0..shape::channels(&lanes.output) {
        values.clear();
        values.extend(of_inputs.iter().map(|of| of[channel]));
        let (low, high) = values[varying];
        for value in low..=high {
            values[varying] = (value, value);
            if (lanes.range)(&values) != Some((value, value)) {
                return None;
            }
        }
    }
    Some(*input)
}

/// The operator without its activation, if that does not change its output.
fn without_clamp(graph: &Subgraph, op: &Operator, ranges: &Ranges) -> Option<Change> {
    let (activation, options) = op.options.without_activation()?;
    let output = graph.tensor(*op.outputs.first()?);
    let (low, high) = clamp(activation, output)?;
    let free = Operator { options, ..op.clone() };
    let checked = ops::check(graph, &free).ok()?;
    // A channel of which nothing is known can hold any value, also outside the clamp.
    let unclamped = ranges::of_output(&shape::usable(Some(checked.as_ref())), ranges)?;
    drop(checked);
    unclamped.iter().all(|range| low <= range.0 && range.1 <= high).then_some(Change::Options(free.options))
}

/// The limits of an activation that is a clamp for some value of its output's type.
fn clamp(activation: Activation, output: &Tensor) -> Option<(i32, i32)> {
    let ((scale, zero_point), (low, high)) = (output.per_tensor()?, output.dtype.range()?);
    quantize::activation_range(activation, scale, zero_point, low, high).filter(|&limits| limits != (low, high))
}
