//! Forwards: the bytes that each channel can hold.

use super::shape::{Tie, channels, tie};
use crate::ir::graph::{Subgraph, Tensor, TensorId};
use crate::math::requantize::Channel;
use crate::ops::checker::Operand;
use crate::ops::flow::{self, FULL, Flow, Lanes, Layout, Range, Sums};
use std::collections::HashSet;

/// The range of each channel of the tensors of which something is known.
pub struct Ranges(Vec<Vec<Range>>);

impl Ranges {
    /// The ranges of a tensor's channels: those of its contents for a constant, the full range where nothing is known.
    pub fn of(&self, id: TensorId, tensor: &Tensor) -> Vec<Range> {
        match (&self.0[id.0], tensor.i8_data()) {
            (known, _) if !known.is_empty() => known.clone(),
            (_, Some(data)) => of_constant(&data, channels(tensor)),
            _ => vec![FULL; channels(tensor)],
        }
    }

    /// The one value of a channel.
    pub fn only(&self, id: TensorId, channel: usize) -> Option<i32> {
        self.0[id.0].get(channel).filter(|(low, high)| low == high).map(|&(value, _)| value)
    }
}

fn of_constant(data: &[i8], channels: usize) -> Vec<Range> {
    let of = |channel: usize| {
        let values = data.iter().skip(channel).step_by(channels).map(|&value| (i32::from(value), i32::from(value)));
        values.reduce(flow::hull).unwrap_or(FULL)
    };
    (0..channels).map(of).collect()
}

/// The ranges of all operators' outputs, in order. Of `foreign` tensors, which are also written elsewhere, nothing is known.
pub fn ranges(graph: &Subgraph, flows: &[Flow<'_>], foreign: &HashSet<TensorId>) -> Ranges {
    let mut ranges = Ranges(vec![Vec::new(); graph.tensors.len()]);
    for (op, flow) in graph.operators.iter().zip(flows) {
        let found = of_output(flow, &ranges);
        if let (&[output], Some(found)) = (op.outputs.as_slice(), found)
            && !foreign.contains(&output)
        {
            ranges.0[output.0] = found;
        }
    }
    ranges
}

/// The ranges of an operator's output; `None` for the full range.
pub fn of_output(flow: &Flow<'_>, ranges: &Ranges) -> Option<Vec<Range>> {
    match flow {
        Flow::Opaque => None,
        Flow::Sums(sums) => Some(of_sums(sums, &ranges.of(sums.weighted.input.id, &sums.weighted.input))),
        Flow::Lanes(lanes) => Some(of_lanes(lanes, ranges)),
        Flow::Joined { inputs, .. } => Some(inputs.iter().flat_map(|input| ranges.of(input.id, input)).collect()),
    }
}

fn of_sums(sums: &Sums<'_>, inputs: &[Range]) -> Vec<Range> {
    let weighted = sums.weighted;
    let ends = ends(sums, &weighted.weights(), &weighted.bias, inputs);
    let output = |(&multiplier, (low, high)): (_, (i64, i64))| {
        let channel = Channel::new(0, [0i64; 0], multiplier);
        let value = |sum| channel.output(sum, weighted.output_zero_point, weighted.range);
        Some((value(low)?, value(high)?))
    };
    weighted.multipliers.iter().zip(ends).map(|channel| output(channel).unwrap_or(FULL)).collect()
}

/// The least and the largest sum of each output channel for inputs in these ranges, with weights and bias as given.
pub fn ends(sums: &Sums<'_>, weights: &[i8], bias: &[i64], inputs: &[Range]) -> Vec<(i64, i64)> {
    let zero_point = sums.weighted.input_zero_point;
    let seen = |range: Range| if sums.padded { flow::hull(range, (zero_point, zero_point)) } else { range };
    let inputs: Vec<(i64, i64)> = inputs
        .iter()
        .map(|&range| seen(range))
        .map(|(low, high)| (i64::from(low - zero_point), i64::from(high - zero_point)))
        .collect();
    let mut ends: Vec<(i64, i64)> = bias.iter().map(|&bias| (bias, bias)).collect();
    let mut add = |output: usize, weight: i8, (low, high): (i64, i64)| {
        let weight = i64::from(weight);
        let (least, most) = if weight > 0 { (low, high) } else { (high, low) };
        ends[output].0 += weight * least;
        ends[output].1 += weight * most;
    };
    match sums.layout {
        Layout::Rows => {
            let depth = weights.len() / bias.len();
            for (output, row) in weights.chunks(depth).enumerate() {
                let of_input = inputs.iter().cycle();
                row.iter().zip(of_input).for_each(|(&weight, &range)| add(output, weight, range));
            }
        }
        Layout::Lanes(multiplier) => {
            for row in weights.chunks(bias.len()) {
                let lanes = row.iter().enumerate();
                lanes.for_each(|(output, &weight)| add(output, weight, inputs[output / multiplier]));
            }
        }
    }
    ends
}

fn of_lanes(lanes: &Lanes<'_>, ranges: &Ranges) -> Vec<Range> {
    let outputs = channels(&lanes.output);
    let inputs: Vec<Vec<Range>> = lanes.inputs.iter().map(|input| seen_by(lanes, input, ranges)).collect();
    let mut found: Vec<Range> = Vec::with_capacity(outputs);
    let mut last: Vec<Range> = Vec::new();
    for channel in 0..outputs {
        let of_inputs: Vec<Range> = inputs.iter().map(|input| input[channel]).collect();
        // Adjacent channels are often equal, and some functions take long.
        match found.last() {
            Some(&same) if of_inputs == last => found.push(same),
            _ => found.push((lanes.range)(&of_inputs).unwrap_or(FULL)),
        }
        last = of_inputs;
    }
    found
}

/// The ranges of an input, for each channel of the output.
pub fn seen_by(lanes: &Lanes<'_>, input: &Operand<'_>, ranges: &Ranges) -> Vec<Range> {
    let (of, outputs) = (ranges.of(input.id, input), channels(&lanes.output));
    let modulo = match tie(input, &lanes.output, lanes.by_element) {
        Some(Tie::Modulo(modulo)) => modulo,
        _ => 1,
    };
    let classes: Vec<Range> = (0..modulo)
        .map(|class| of.iter().skip(class).step_by(modulo).copied().reduce(flow::hull).unwrap_or(FULL))
        .collect();
    (0..outputs).map(|channel| classes[channel % modulo]).collect()
}
